"""The form of an upstream token: its secret goes in and never comes out."""

from typing import Any

from django import forms

from tokens import checksum, files
from tokens.crypto import fingerprint
from tokens.masks import row_of
from tokens.models import UpstreamToken

CHOSEN = ("team", "upstream", "alias", "owner_email", "shared", "weight", "state")
# What a person writes: the other columns may have been written by the pool since the
# form was shown.
EDITED = (*CHOSEN, "secret", "fingerprint", "machine_id", "mac_id")


class UpstreamTokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Both secret fields are blank each time; blank keeps what is there."""

    new_secret = forms.CharField(
        label="Token",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="A token or a cookie's value. Blank keeps the one that is there.",
    )
    new_checksum = forms.CharField(
        label="Checksum",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Of the member's own machine. Blank keeps or makes one.",
    )

    class Meta:
        model = UpstreamToken
        fields = CHOSEN

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["weight"].required = False

    def clean_weight(self) -> int:
        return self.cleaned_data["weight"] or 1

    def clean_new_secret(self) -> str:
        given: str = self.cleaned_data["new_secret"].strip()
        if not given and self.instance.pk is None:
            raise forms.ValidationError("A new token needs its secret.")
        if not given:
            return ""
        read = files.parse_tokens(given)
        if not read.entries:
            reasons = [line.reason for line in read.rejected]
            raise forms.ValidationError("; ".join(reasons) or "This is no token.")
        if row_of(read.entries[0].token) is not None:
            raise forms.ValidationError("This stands for a token and is none.")
        return read.entries[0].token

    def clean_new_checksum(self) -> checksum.MachineIds | None:
        given = self.cleaned_data["new_checksum"].strip()
        try:
            return checksum.parse(given) if given else None
        except checksum.BadChecksum as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        team, upstream = cleaned.get("team"), cleaned.get("upstream")
        if team and upstream and upstream.team_id not in (None, team.pk):
            self.add_error("upstream", "This upstream belongs to another team.")
        secret = cleaned.get("new_secret")
        mark = fingerprint(secret) if secret else self.instance.fingerprint
        same = UpstreamToken.objects.filter(
            team=team, upstream=upstream, fingerprint=mark
        )
        if team and upstream and mark and same.exclude(pk=self.instance.pk).exists():
            self.add_error("new_secret", "The team has this token already.")
        return cleaned

    def save(self, commit: bool = True) -> UpstreamToken:
        token = self.instance
        if secret := self.cleaned_data["new_secret"]:
            token.secret, token.fingerprint = secret, fingerprint(secret)
        ids = self.cleaned_data["new_checksum"]
        if ids is None and not token.machine_id:
            ids = checksum.new_ids()
        if ids is not None:
            token.machine_id, token.mac_id = ids.machine, ids.mac
        saved: UpstreamToken = super().save(commit)
        return saved
