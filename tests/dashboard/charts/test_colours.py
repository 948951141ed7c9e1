from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.colours import COLOURS, REST, coloured


def test_the_first_series_keeps_its_colour_whoever_comes_after() -> None:
    alone = coloured(["claude"])["claude"]
    assert coloured(["claude", "gpt-5", "gemini"])["claude"] == alone


@given(st.lists(st.text(), unique=True, max_size=12))
def test_seven_have_colours_of_their_own_and_the_rest_are_grey(keys: list[str]) -> None:
    found = coloured(keys)
    own = [found[key] for key in keys[: len(COLOURS)]]
    assert sorted(own) == sorted(set(own))
    assert REST not in own
    assert {found[key] for key in keys[len(COLOURS) :]} <= {REST}
