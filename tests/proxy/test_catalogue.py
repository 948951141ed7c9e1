import pytest
from django.db import IntegrityError, transaction

from proxy import catalogue
from proxy.catalogue import Route
from proxy.errors import ModelNotAllowed, ModelNotFound
from proxy.models import OfferedModel
from tokens.models import Team, Upstream

SEED = """
claude-3.5-sonnet gpt-4 gpt-4o claude-3-opus cursor-fast cursor-small gpt-3.5-turbo
gpt-4-turbo-2024-04-09 gpt-4o-128k gemini-1.5-flash-500k claude-3-haiku-200k
claude-3-5-sonnet-200k claude-3-5-sonnet-20241022 gpt-4o-mini o1-mini o1-preview o1
claude-3.5-haiku gemini-exp-1206 gemini-2.0-flash-thinking-exp gemini-2.0-flash-exp
"""


@pytest.fixture
def provider(team: Team) -> Upstream:
    return Upstream.objects.create(
        name="Provider", kind="openai", base_url="http://p.test/v1", team=team
    )


def names(team: Team, *allowed: str) -> list[str]:
    return [model.id for model in catalogue.offered(team, allowed)]


def routes(team: Team, name: str) -> list[tuple[int, str]]:
    return [
        (route.upstream_id, route.model)
        for route in catalogue.pick(team, name, ()).routes
    ]


def test_a_new_database_offers_the_seeds_list_in_its_order(team: Team) -> None:
    assert names(team) == SEED.split()


def test_the_list_is_filled_once_and_then_the_admins(team: Team) -> None:
    OfferedModel.objects.exclude(name="o1").delete()
    catalogue.fill()
    assert names(team) == ["o1"]


def test_a_model_looks_as_in_the_seed(team: Team) -> None:
    assert catalogue.pick(team, "o1", ()).as_json() == {
        "id": "o1",
        "object": "model",
        "created": 1706659200,
        "owned_by": "openai",
    }


def test_owners_go_by_the_name(team: Team) -> None:
    owners = {"claude": "anthropic", "cursor": "cursor", "gemini": "google"}
    for model in catalogue.offered(team, ()):
        family = model.id.split("-")[0]
        assert model.owned_by == owners.get(family, "openai")


def test_a_key_with_a_list_is_offered_that_list_only(team: Team) -> None:
    assert names(team, "o1") == ["o1"]
    assert catalogue.pick(team, "o1", {"o1"}).id == "o1"
    with pytest.raises(ModelNotAllowed):
        catalogue.pick(team, "gpt-4", {"o1"})


@pytest.mark.parametrize(
    "name", ["", "GPT-4", "gpt-5", "gpt-4 ", "x" * 10_000, "gpt-4\0"]
)
def test_an_unknown_model_is_not_found(team: Team, name: str) -> None:
    with pytest.raises(ModelNotFound) as error:
        catalogue.pick(team, name, {"o1"})
    assert len(error.value.message) < 200


def test_a_default_goes_to_every_upstream_of_the_vendor(
    team: Team, upstream: Upstream, provider: Upstream
) -> None:
    newer = Upstream.objects.create(name="B", kind="unified", base_url="http://b.test")
    served = catalogue.pick(team, "o1", ()).routes
    assert set(served) == {
        Route(upstream.pk, "streamchat", "o1"),
        Route(newer.pk, "unified", "o1"),
    }


def test_a_row_that_names_its_upstream_wins(
    team: Team, upstream: Upstream, provider: Upstream
) -> None:
    OfferedModel.objects.create(
        name="gpt-4o", upstream=provider, upstream_name="gpt-4o-2024-11-20"
    )
    assert routes(team, "gpt-4o") == [(provider.pk, "gpt-4o-2024-11-20")]
    assert routes(team, "gpt-4") == [(upstream.pk, "gpt-4")]
    assert names(team).count("gpt-4o") == 1


def test_two_upstreams_share_a_model(
    team: Team, upstream: Upstream, provider: Upstream
) -> None:
    for one in (upstream, provider):
        OfferedModel.objects.create(name="new", upstream=one)
    assert routes(team, "new") == [(upstream.pk, "new"), (provider.pk, "new")]


def test_a_row_that_is_switched_off_hides_the_name(
    team: Team, upstream: Upstream
) -> None:
    OfferedModel.objects.filter(name="o1").update(enabled=False)
    OfferedModel.objects.create(name="gpt-4", upstream=upstream, enabled=False)
    assert not {"o1", "gpt-4"} & set(names(team))
    with pytest.raises(ModelNotFound):
        catalogue.pick(team, "gpt-4", ())


def test_another_teams_upstream_offers_nothing(
    team: Team, upstream: Upstream, provider: Upstream
) -> None:
    OfferedModel.objects.create(name="ours", upstream=provider)
    other = Team.objects.create(slug="other", name="Other")
    assert "ours" in names(team)
    assert "ours" not in names(other)


def test_without_an_upstream_of_the_vendor_its_list_is_not_offered(
    team: Team, provider: Upstream
) -> None:
    OfferedModel.objects.create(name="ours", upstream=provider)
    assert names(team) == ["ours"]


def test_a_name_stands_once_per_upstream(team: Team, upstream: Upstream) -> None:
    OfferedModel.objects.create(name="o1", upstream=upstream)
    for twin in (upstream, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            OfferedModel.objects.create(name="o1", upstream=twin)


def test_a_request_asks_the_database_twice(
    team: Team, upstream: Upstream, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        catalogue.pick(team, "o1", ())
