"""The first rows of an installation: teams, upstreams, the first admin, the keys.

Each step may run any number of times, and takes back nothing that somebody changed.
Each returns sentences for the terminal.
"""

import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.db import transaction

from dashboard import demo
from tokens import checksum, disk, exchange
from tokens.crypto import fingerprint
from tokens.first_team import default_team, oldest_real_or_new
from tokens.models import Team, TeamRole, Upstream, UpstreamToken, User, normal_email
from tokens.places import place_of_files, vendor_upstream
from tokens.roster import forget_removed


def auth_token() -> list[str]:
    """The gateway's master key: printed in full by the run that made it."""
    path, known = settings.AUTH_TOKEN_FILE, settings.AUTH_TOKEN
    kept = disk.read(path).strip()
    if known and known != kept:
        return [f"Gateway master key: …{known[-4:]}, from AUTH_TOKEN."]
    if kept:
        return [f"Gateway master key: …{kept[-4:]}, kept in {path}."]
    token = secrets.token_urlsafe(32)
    disk.write(path, token + "\n")
    return [
        f"Gateway master key, shown this once and kept in {path}:",
        f"  {token}",
    ]


def teams() -> list[str]:
    """The first team from CURSOR_ADMIN_API_KEY, the demo's, or an empty one."""
    said = [*_real_team(), *_tokens_from_files()]
    if demo.demo_is_on():
        return [*said, *_demo_team()]
    if not Team.objects.real().exists():
        default_team()
        said.append(
            "Team “Default” has no Admin API key: set CURSOR_ADMIN_API_KEY or enter "
            "one on the admin site."
        )
    return said


def _real_team() -> list[str]:
    key = settings.CURSOR_ADMIN_API_KEY
    if not key:
        return []
    team = oldest_real_or_new()
    changed = []
    if not team.sync_key or team.sync_key.reveal() != key:
        team.sync_key = key
        changed.append("sync_key")
    url = settings.CURSOR_ADMIN_API_URL or team.admin_api_url
    if team.admin_api_url != url:
        team.admin_api_url = url
        changed.append("admin_api_url")
    team.save(update_fields=changed)
    return [f"Team “{team}” reads the Admin API at {team.admin_api_url}."]


def _tokens_from_files() -> list[str]:
    """The files' tokens belong to the first real team, never to the demo's."""
    vendor_upstream(settings.CURSOR_CHAT_API_URL)
    place = place_of_files()
    if place is None:
        return []
    done = exchange.reload(place, actor="setup")
    forget_removed()
    name = place.tokens.path.name
    told = [f"Upstream tokens from {name}: {done.counts()}."] if done.done else []
    return [*told, *map(str, done.refused), *done.notes]


def _demo_team() -> list[str]:
    """Points at the simulator, unless a variable says where else."""
    team, _ = Team.objects.get_or_create(
        slug=demo.TEAM_SLUG,
        defaults={"name": "Demo", "is_demo": True, "sync_key": demo.ADMIN_KEY},
    )
    upstream = Upstream.objects.made_as(
        Upstream.Origin.DEMO,
        demo.UPSTREAM_NAME,
        team=team,
        base_url="http://localhost",
    )
    ids = checksum.new_ids()
    UpstreamToken.objects.get_or_create(
        team=team,
        upstream=upstream,
        fingerprint=fingerprint(demo.UPSTREAM_TOKEN),
        defaults={
            "alias": "Demo token",
            "secret": demo.UPSTREAM_TOKEN,
            "machine_id": ids.machine,
            "mac_id": ids.mac,
        },
    )
    admin_api = settings.CURSOR_ADMIN_API_URL or settings.SIMULATOR_URL
    chat = settings.CURSOR_CHAT_API_URL or settings.SIMULATOR_URL
    Team.objects.filter(pk=team.pk).update(admin_api_url=admin_api)
    Upstream.objects.filter(pk=upstream.pk).update(base_url=chat)
    return [
        "DEMO: no vendor key is configured, so all data comes from the simulator "
        "and is invented. Set CURSOR_ADMIN_API_KEY to see your own team."
    ]


def first_admin() -> list[str]:
    """The first admin's sign-in; an existing user's password is never touched."""
    email = normal_email(settings.ADMIN_EMAIL)
    user = User.objects.filter(email=email).first()
    if user is None and not _others_can_get_in(email):
        return _new_admin(email)
    who = user or User.objects.filter(is_superuser=True, is_active=True).first()
    _give_roles(user)
    return [f"Sign in as {who}; a new password: manage.py changepassword {who}"]


def _others_can_get_in(email: str) -> bool:
    """The default address is only for an installation that has no admin yet."""
    admins = User.objects.filter(is_superuser=True, is_active=True)
    return email == "admin@localhost" and admins.exists()


def _new_admin(email: str) -> list[str]:
    password = settings.ADMIN_PASSWORD or secrets.token_urlsafe(12)
    try:
        validate_email(email)
    except ValidationError:
        raise ImproperlyConfigured("ADMIN_EMAIL is not an e-mail address.") from None
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise ImproperlyConfigured(f"ADMIN_PASSWORD is too weak. {reasons}") from None
    with transaction.atomic():
        user = User.objects.create_superuser(email, password)
        _give_roles(user)
    shown = "(from ADMIN_PASSWORD)" if settings.ADMIN_PASSWORD else password
    return ["Sign in, shown this once:", f"  e-mail    {email}", f"  password  {shown}"]


def _give_roles(user: User | None) -> None:
    """The first admin is admin of every team, of those that came later too."""
    if user is None or not user.is_superuser:
        return
    for team in Team.objects.exclude(roles__user=user):
        TeamRole.objects.create(user=user, team=team, role=TeamRole.Role.ADMIN)
