import pytest

from proxy import catalogue
from proxy.errors import ModelNotAllowed, ModelNotFound

SEED = """
claude-3.5-sonnet gpt-4 gpt-4o claude-3-opus cursor-fast cursor-small gpt-3.5-turbo
gpt-4-turbo-2024-04-09 gpt-4o-128k gemini-1.5-flash-500k claude-3-haiku-200k
claude-3-5-sonnet-200k claude-3-5-sonnet-20241022 gpt-4o-mini o1-mini o1-preview o1
claude-3.5-haiku gemini-exp-1206 gemini-2.0-flash-thinking-exp gemini-2.0-flash-exp
"""


def test_the_list_is_the_seeds_in_its_order() -> None:
    assert [model.id for model in catalogue.offered(())] == SEED.split()


def test_a_model_looks_as_in_the_seed() -> None:
    assert catalogue.pick("o1", ()).as_json() == {
        "id": "o1",
        "object": "model",
        "created": 1706659200,
        "owned_by": "openai",
    }


def test_owners_go_by_the_name() -> None:
    owners = {"claude": "anthropic", "cursor": "cursor", "gemini": "google"}
    for model in catalogue.MODELS:
        family = model.id.split("-")[0]
        assert model.owned_by == owners.get(family, "openai")


def test_a_key_with_a_list_is_offered_that_list_only() -> None:
    assert [model.id for model in catalogue.offered({"o1"})] == ["o1"]
    assert catalogue.pick("o1", {"o1"}).id == "o1"
    with pytest.raises(ModelNotAllowed):
        catalogue.pick("gpt-4", {"o1"})


@pytest.mark.parametrize("name", ["", "GPT-4", "gpt-5", "gpt-4 ", "x" * 10_000])
def test_an_unknown_model_is_not_found(name: str) -> None:
    with pytest.raises(ModelNotFound) as error:
        catalogue.pick(name, {"o1"})
    assert len(error.value.message) < 200
