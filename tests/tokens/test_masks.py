from hypothesis import given
from hypothesis import strategies as st

from tokens import masks

SECRET = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)


@given(SECRET, st.integers(1, 10**15))
def test_a_mask_names_its_row_and_shows_an_end_at_most(secret: str, row: int) -> None:
    shown = masks.mask(secret.replace(",", "_"), row)
    assert masks.row_of(shown) == row
    assert len(secret) < 12 or secret not in shown
    assert len(shown.partition("~")[0]) <= 5


@given(SECRET)
def test_no_token_is_taken_for_a_mask(secret: str) -> None:
    assert masks.row_of(secret) is None


def test_long_words_of_a_comment_are_masked_and_short_ones_kept() -> None:
    text = "# ann's old one: eyJhbGciOiJIUzI1NiJ9.canary,3HFzbBm6"
    assert masks.mask_words(text) == "# ann's old one: …nary,3HFzbBm6"
