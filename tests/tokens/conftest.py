from collections.abc import Callable

import pytest

from tokens.crypto import fingerprint
from tokens.models import Team, Upstream, UpstreamToken

AddToken = Callable[..., UpstreamToken]


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
