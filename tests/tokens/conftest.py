from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from tokens.crypto import fingerprint
from tokens.models import Team, Upstream, UpstreamToken

AddToken = Callable[..., UpstreamToken]


def row_of(secret: str) -> UpstreamToken:
    return UpstreamToken.objects.get(fingerprint=fingerprint(secret))


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(slug="acme", name="Acme")


@pytest.fixture
def upstream(db: None) -> Upstream:
    return Upstream.objects.create(name="Vendor", base_url="http://upstream.test")


@pytest.fixture
def add_token(team: Team, upstream: Upstream) -> AddToken:
    def add(secret: str, **rest: object) -> UpstreamToken:
        values: dict[str, object] = {"team": team, "upstream": upstream, **rest}
        return UpstreamToken.objects.create(
            secret=secret,
            fingerprint=fingerprint(secret),
            machine_id="a" * 64,
            mac_id="b" * 64,
            **values,
        )

    return add


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """Where both token files would be; neither is there, and no variable is set."""
    settings.TOKEN_FILE = tmp_path / ".token"
    settings.TOKEN_LIST_FILE = tmp_path / ".token-list"
    settings.TOKEN_FILE_IS_SET = settings.TOKEN_LIST_FILE_IS_SET = False
    return tmp_path
