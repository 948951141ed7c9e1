"""Lists of models, asked of the simulator and taken into the table."""

import io
from collections.abc import Iterator

import httpx
import pytest
from django.core.management import call_command

from proxy import catalogue, listing, tasks
from proxy.models import OfferedModel
from proxy.upstreams import Defaults
from tests.tokens.conftest import AddToken
from tests.vendor import Vendor
from tokens.models import Team, Upstream

TOKEN = "token-of-the-lists"
DEFAULTS = Defaults("2.0.0")
LISTED = OfferedModel.Origin.LISTED


@pytest.fixture
def listing_vendor(running_vendor: Vendor) -> Iterator[Vendor]:
    url = f"{running_vendor.url}/_sim/tokens"
    httpx.post(url, json={"token": TOKEN}).raise_for_status()
    yield running_vendor
    running_vendor.heal()


@pytest.fixture
def provider(listing_vendor: Vendor, add_token: AddToken) -> Upstream:
    upstream = Upstream.objects.create(
        name="Provider", kind="openai", base_url=f"{listing_vendor.url}/v1"
    )
    add_token(TOKEN, upstream=upstream)
    return upstream


def names(team: Team) -> list[str]:
    return [model.id for model in catalogue.offered(team, ())]


def rows(upstream: Upstream) -> list[str]:
    return list(upstream.offered_models.values_list("name", flat=True))


def test_a_providers_list_is_offered(
    team: Team, provider: Upstream, upstream: Upstream
) -> None:
    upstream.delete()
    said = listing.refresh(provider, DEFAULTS)
    assert said == "Provider lists 6 models: 6 new, 0 gone."
    assert set(names(team)) == set(rows(provider))
    assert rows(provider)[0] == "gpt-4o"
    again = listing.refresh(provider, DEFAULTS)
    assert again == "Provider lists 6 models: 0 new, 0 gone."


def test_the_vendors_list_is_asked_where_that_is_said(
    team: Team, listing_vendor: Vendor, add_token: AddToken
) -> None:
    upstream = Upstream.objects.create(
        name="Editor", kind="unified", base_url=listing_vendor.url
    )
    add_token(TOKEN, upstream=upstream)
    assert not listing.is_asked(upstream)
    upstream.options = {"list_models": True}
    assert listing.is_asked(upstream)
    listing.refresh(upstream, DEFAULTS)
    assert rows(upstream) == ["claude-4-sonnet", "gpt-5", "gpt-4o", "cursor-small"]
    assert {"claude-4-sonnet", "gpt-4o", "o1"} <= set(names(team))


def test_a_list_takes_no_model_away_from_where_it_goes(
    team: Team, upstream: Upstream, provider: Upstream
) -> None:
    listing.take_in(provider, [("gpt-4o", ""), ("new", "")])
    [route] = catalogue.pick(team, "gpt-4o", ()).routes
    assert route.upstream_id == upstream.pk
    [route] = catalogue.pick(team, "new", ()).routes
    assert route.upstream_id == provider.pk


def test_what_is_gone_goes_but_what_a_person_changed(
    team: Team, provider: Upstream, upstream: Upstream
) -> None:
    upstream.delete()
    listing.take_in(provider, [("a", "x"), ("b", "x")])
    OfferedModel.objects.filter(name="a").update(
        origin=OfferedModel.Origin.ENTERED, enabled=False
    )
    assert listing.take_in(provider, [("c", "x")]) == (1, 1)
    assert rows(provider) == ["a", "c"]
    assert listing.take_in(provider, [("a", "x"), ("c", "x")]) == (0, 0)
    assert names(team) == ["c"]


@pytest.mark.parametrize("fault", ["500", "html", "invalid_key", "close", "bomb"])
def test_without_an_answer_all_stays(
    provider: Upstream, listing_vendor: Vendor, fault: str
) -> None:
    listing.take_in(provider, [("kept", "")])
    listing_vendor.fault("openai_models", fault, times=None)
    assert "did not tell its models" in listing.refresh(provider, DEFAULTS)
    assert rows(provider) == ["kept"]


def test_without_a_token_nobody_is_asked(upstream: Upstream) -> None:
    assert listing.refresh(upstream, DEFAULTS).endswith("no token to ask with.")


def test_the_job_and_the_command_ask_all_that_may_be_asked(
    provider: Upstream, upstream: Upstream
) -> None:
    tasks.refresh_models()
    assert len(rows(provider)) == 6
    out = io.StringIO()
    call_command("refresh_models", stdout=out)
    assert out.getvalue() == "Provider lists 6 models: 0 new, 0 gone.\n"
