"""Figures and days in the three languages, as CLDR has them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.writing import Writing, writing

DAY = date(2026, 11, 3)
EN, ZH, TR = (writing(code) for code in ("en", "zh-hans", "tr"))


def test_money_has_the_separators_and_the_sign_of_the_language() -> None:
    cents = Decimal("123456.5")
    assert EN.dollars(cents) == "$1,234.57"
    assert ZH.dollars(cents) == "US$1,234.57"
    assert TR.dollars(cents) == "$1.234,57"
    assert TR.dollars(-cents) == "−$1.234,57"
    assert TR.dollars(Decimal("0.2")) == "<$0,01"


def test_percents_stand_on_the_side_where_the_language_has_them() -> None:
    assert EN.percentage(12, "+") == "+12%"
    assert TR.percentage(12, "+") == "+%12"
    assert TR.percentage(Decimal("12.5")) == "%12,5"


def test_large_numbers_are_cut_in_the_languages_own_steps() -> None:
    assert [w.compact(9999) for w in (EN, ZH, TR)] == ["9,999", "9,999", "9.999"]
    assert [w.compact(56789) for w in (EN, ZH, TR)] == ["56.8K", "5.7万", "56,8\xa0B"]
    assert EN.compact(-8_912_345) == "−8.9M"


def test_days_cannot_be_misread() -> None:
    assert [w.day(DAY) for w in (EN, ZH, TR)] == [
        "3 Nov 2026",
        "2026年11月3日",
        "3 Kas 2026",
    ]
    assert [w.day_short(DAY) for w in (EN, ZH, TR)] == ["3 Nov", "11月3日", "3 Kas"]
    assert [w.weekday(DAY) for w in (EN, ZH, TR)] == ["Tue", "周二", "Sal"]
    assert [w.month(DAY) for w in (EN, ZH, TR)] == [
        "November 2026",
        "2026年11月",
        "Kasım 2026",
    ]


def test_instants_say_that_they_are_utc() -> None:
    at = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
    assert EN.instant(at) == "3 Nov 2026, 09:05 UTC"
    assert ZH.instant(at) == "2026年11月3日 09:05 UTC"
    assert TR.instant(at) == "3 Kas 2026 09:05 UTC"


def test_lists_and_lengths() -> None:
    assert [w.listed(["A", "B", "C"]) for w in (EN, ZH, TR)] == [
        "A, B and C",
        "A、B和C",
        "A, B ve C",
    ]
    assert [w.length(4, "minute") for w in (EN, ZH, TR)] == ["4 min", "4分钟", "4 dk."]
    assert [w.length(0.44, "second") for w in (EN, TR)] == ["0.4 sec", "0,4 sn."]


@given(st.decimals(-(10**15), 10**15, places=2), st.sampled_from([EN, ZH, TR]))
def test_a_number_can_be_read_back(value: Decimal, language: Writing) -> None:
    back = {
        language.separators[ord(",")]: "",
        language.separators[ord(".")]: ".",
        "−": "-",
    }
    text = "".join(back.get(char, char) for char in language.number(value))
    assert Decimal(text) == value


@pytest.mark.parametrize("language", [EN, ZH, TR])
def test_no_two_days_are_written_alike(language: Writing) -> None:
    assert len({language.day(DAY + timedelta(days=n)) for n in range(800)}) == 800
