"""A team and its key, from what somebody typed to rows. The key is tried first."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from dashboard.adminapi.probe import Probe
from dashboard.models import Capability, Stream
from dashboard.sync import coverage
from dashboard.sync.capability import keep
from tokens.crypto import Secret, SecretUnreadable, fingerprint
from tokens.models import Change, Team, User
from tokens.models.teams import DEFAULT_ADMIN_API_URL

KEY_HELP = _("Kept encrypted. It is never shown again, here or in a log.")


class KeyForm(forms.Form):
    """Only a key. `team`: the one that it is for, where there is one already."""

    key = forms.CharField(
        label=_("Admin API key"),
        max_length=500,
        help_text=KEY_HELP,
        # A browser does not offer to keep it, and no answer carries it back.
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        self.team = team
        super().__init__(*args, **kwargs)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not key.isprintable() or not key.isascii() or " " in key:
            raise forms.ValidationError(
                _("This is not a key: it holds characters that no key has.")
            )
        owner = owner_of(key)
        if owner is not None and owner == self.team:
            raise forms.ValidationError(_("This is the key that is stored already."))
        if owner is not None:
            raise forms.ValidationError(
                _("“%(team)s” is connected with this key already.") % {"team": owner}
            )
        return key

    @property
    def url(self) -> str:
        assert self.team
        return self.team.admin_api_url


class TeamForm(KeyForm):
    """A new team with its key."""

    name = forms.CharField(label=_("Team’s name"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name"),
        required=False,
        max_length=50,
        help_text=_("For addresses and commands. Empty: made from the name."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        initial="UTC",
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    admin_api_url = forms.URLField(
        label=_("Admin API address"),
        initial=DEFAULT_ADMIN_API_URL,
        assume_scheme="https",
        help_text=_("Leave it, unless a proxy stands between you and Cursor."),
    )

    field_order = ("key", "name", "slug", "time_zone", "admin_api_url")

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            raise forms.ValidationError(_("Enter a time zone like Europe/Berlin."))
        return ZoneInfo(name).key

    def clean_admin_api_url(self) -> str:
        url: str = self.cleaned_data["admin_api_url"].rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.query or parts.username:
            raise forms.ValidationError(
                _("Enter an address like https://api.cursor.com.")
            )
        return url

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        slug = found.get("slug") or slugify(found.get("name", ""))[:50]
        if "name" in found and "slug" not in self.errors:
            if not slug:
                self.add_error("slug", _("Enter a short name of letters and digits."))
            elif Team.objects.filter(slug=slug).exists():
                taken = _("There is a team “%(slug)s” already.") % {"slug": slug}
                self.add_error("slug", taken)
        return found | {"slug": slug}

    @property
    def url(self) -> str:
        return str(self.cleaned_data["admin_api_url"])


def zones() -> list[str]:
    """What the form proposes: places, not the old names and offsets."""
    return sorted(z for z in available_timezones() if "/" in z and "Etc" not in z)


def owner_of(key: str) -> Team | None:
    """The team that has this very key."""
    wanted = fingerprint(key)
    for team in Team.objects.exclude(sync_key=""):
        try:
            if fingerprint(team.sync_key.reveal()) == wanted:
                return team
        except SecretUnreadable:
            continue
    return None


def connect(form: TeamForm, tried: Probe, user: User) -> Team:
    found = form.cleaned_data
    with transaction.atomic():
        team = Team.objects.create(
            name=found["name"],
            slug=found["slug"],
            time_zone=found["time_zone"],
            admin_api_url=form.url,
            sync_key=found["key"],
        )
        keep(team, tried, timezone.now())
        _noted(team, user, "team.connect", "", found["key"])
    return team


def replace_key(team: Team, key: str, tried: Probe, user: User) -> None:
    before = team.sync_key.hint()
    with transaction.atomic():
        team.sync_key = Secret(key)
        team.save(update_fields=["sync_key"])
        keep(team, tried, timezone.now())
        coverage.forget_history(team)
        _noted(team, user, "team.sync_key", before, key)


def _noted(team: Team, user: User, action: str, before: str, key: str) -> None:
    Change.objects.create(
        team=team,
        actor=user.email,
        action=action,
        subject=team.slug,
        before={"key": before},
        after={"key": Secret(key).hint()},
    )


def readable(team: Team) -> list[Capability]:
    """In the order of a sync."""
    found = {row.stream: row for row in Capability.objects.filter(team=team)}
    return [found[stream] for stream in Stream if stream in found]
