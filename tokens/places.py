"""Where a team's tokens of the two files are: at which upstream, and in which files."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tokens import disk, files
from tokens.first_team import oldest_real, oldest_real_or_new
from tokens.models import Team, Upstream

DEFAULT_CHAT_API_URL = "https://api2.cursor.sh"
UPSTREAM_NAME = "Cursor"


@dataclass(frozen=True, slots=True)
class Kept:
    """A token file. `is_wanted`: its variable is set, so it is made when missing;
    without that it is rewritten only where somebody put it."""

    path: Path
    is_wanted: bool

    @property
    def is_kept(self) -> bool:
        return self.is_wanted or self.path.exists()


@dataclass(frozen=True, slots=True)
class Place:
    """Only the oldest real team has `is_owner`: the files are written from its tokens.
    Other teams take in what they are told to."""

    team: Team
    upstream: Upstream
    tokens: Kept
    listed: Kept
    is_owner: bool


def place_of(team: Team) -> Place:
    return Place(
        team,
        vendor_upstream(settings.CURSOR_CHAT_API_URL),
        Kept(settings.TOKEN_FILE, settings.TOKEN_FILE_IS_SET),
        Kept(settings.TOKEN_LIST_FILE, settings.TOKEN_LIST_FILE_IS_SET),
        is_owner=team == oldest_real(),
    )


def place_of_files() -> Place | None:
    """The oldest real team's. Without one, tokens in the files make it; files without
    tokens make nothing. Raises UnreadableFile."""
    paths = settings.TOKEN_FILE, settings.TOKEN_LIST_FILE
    found = any(files.parse_tokens(disk.read(path)).entries for path in paths)
    team = oldest_real_or_new() if found else oldest_real()
    return place_of(team) if team else None


def vendor_upstream(base_url: str) -> Upstream:
    """The upstream of every team where tokens of the files belong; made once.

    A given base URL takes effect, and none takes back what somebody entered.
    """
    upstream = Upstream.objects.made_as(
        Upstream.Origin.VENDOR,
        UPSTREAM_NAME,
        base_url=base_url or DEFAULT_CHAT_API_URL,
    )
    if base_url and upstream.base_url != base_url:
        upstream.base_url = base_url
        upstream.save(update_fields=["base_url"])
    return upstream
