from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import Filters, Measure, Split, parse
from dashboard.grains import Grain
from dashboard.periods import PRESETS, BadInput, Cycle
from dashboard.stats.sources import Only

TODAY = date(2026, 11, 23)
CYCLE = Cycle(
    datetime(2026, 11, 12, tzinfo=UTC), datetime(2026, 12, 12, tzinfo=UTC), True
)


def read(**query: str) -> Filters:
    return parse(query, CYCLE, TODAY)


def again(query: str) -> Filters:
    return parse(dict(parse_qsl(query.removeprefix("?"))), CYCLE, TODAY)


def test_nothing_asked_is_this_cycle_of_everybody() -> None:
    filters = read()
    assert filters == Filters(CYCLE.period)
    assert (filters.query(), filters.narrows, filters.only) == ("", False, Only())


def test_each_filter_is_read() -> None:
    filters = read(
        period="7d",
        group="12",
        model=" gpt-5 ",
        email=" Ada@Example.COM ",
        measure="on_demand",
        split="person",
        grain="week",
    )
    assert filters.only == Only(12, "gpt-5", "ada@example.com", "on_demand")
    assert (filters.split, filters.grain) == (Split.PERSON, Grain.WEEK)
    assert filters.narrows


def test_a_dash_is_what_has_no_name() -> None:
    assert read(group="-", model="-", email="-").only == Only(0, "", "")
    assert read(group="-", email="-").query() == "?group=-&email=-"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("group", "x"),
        ("group", "0"),
        ("group", "-1"),
        ("group", "９"),
        ("group", "9" * 30),
        ("model", "m" * 201),
        ("model", "a\x00b"),
        ("email", "e" * 10_000),
        ("measure", "money"),
        ("split", "<script>"),
        ("grain", "hour"),
        ("period", "decade"),
        ("start", "soon"),
    ],
)
def test_what_cannot_be_read_is_named(field: str, text: str) -> None:
    with pytest.raises(BadInput, match=f"^{field} must be") as error:
        read(**{field: text})
    assert error.value.field == field


def test_the_grain_follows_the_length_unless_it_is_chosen() -> None:
    assert read(period="year").grain is Grain.MONTH
    assert read(period="year", grain="day").grain is Grain.DAY
    assert read(period="year", grain="auto") == read(period="year")


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "period": st.sampled_from(list(PRESETS)),
        "group": st.one_of(st.just("-"), st.integers(1, 10**17).map(str)),
        "model": st.text(
            st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=50
        ),
        "email": st.one_of(st.just("-"), st.emails()),
        "measure": st.sampled_from([m.value for m in Measure]),
        "split": st.sampled_from([s.value for s in Split]),
        "grain": st.sampled_from([g.value for g in Grain]),
    },
)


@given(FILTERS)
def test_a_link_keeps_all_filters(query: dict[str, str]) -> None:
    filters = read(**query)
    assert again(filters.query()) == filters
    fixed = again(filters.dates())
    assert (fixed.period.start, fixed.period.end) == (
        filters.period.start,
        filters.period.end,
    )
    assert fixed.only == filters.only


@given(
    st.dictionaries(st.sampled_from(["group", "model", "email", "start"]), st.text())
)
def test_any_text_is_read_or_refused(query: dict[str, str]) -> None:
    try:
        filters = read(**query)
    except BadInput as error:
        assert error.field in query
    else:
        assert again(filters.query()) == filters


def test_a_new_period_replaces_the_old_one() -> None:
    own = read(start="2026-01-01", end="2026-02-01", model="opus")
    assert own.query(period="7d") == "?model=opus&period=7d"
    assert own.query(period="") == "?model=opus"
    assert own.query(model="") == "?start=2026-01-01&end=2026-02-01"
    assert read(period="7d").query(start="2026-01-01") == "?start=2026-01-01"
