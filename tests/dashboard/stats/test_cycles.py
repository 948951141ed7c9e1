"""Sums from an instant to an instant equal the events, whatever the instants are."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dashboard import cycles, rollups
from dashboard.models import BillingCycle, EventKind, OpeningSums, UsageEvent
from dashboard.periods import first_ms
from dashboard.stats.cycles import usage_between
from dashboard.stats.usage import By
from dashboard.verifying import differences
from tests import factories
from tokens.models import Team

DAY_MS = 86_400_000
FIRST = datetime(2026, 11, 10, tzinfo=UTC)
ANCHOR = datetime(2026, 11, 12, 12, 8, 4, 321_000, tzinfo=UTC)
NOW = datetime(2026, 11, 14, 9, tzinfo=UTC)


def at(instant: datetime, shift_ms: int = 0) -> dict[str, object]:
    ms = first_ms(instant) + shift_ms
    return {
        "timestamp_ms": ms,
        "day": (FIRST + timedelta(milliseconds=ms - _MS)).date(),
    }


_MS = first_ms(FIRST)


def an_event(
    team: Team, instant: datetime, shift_ms: int = 0, **fields: object
) -> None:
    made = factories.event(team, instant.date(), **fields)  # type: ignore[arg-type]
    UsageEvent.objects.filter(pk=made.pk).update(**at(instant, shift_ms))


def summed(team: Team, said: list[datetime]) -> None:
    """As a sync of the events and one of the spend leave the tables."""
    days = set(UsageEvent.objects.values_list("day", flat=True))
    with transaction.atomic():
        rollups.rebuild(team, days)
        cycles.keep(team, said, NOW)


def test_a_cycle_has_the_events_from_its_first_millisecond_on(team: Team) -> None:
    for shift, cents in ((-1, "1"), (0, "10"), (1, "100")):
        an_event(team, ANCHOR, shift, cents=cents)
    an_event(team, ANCHOR + timedelta(days=1), cents="1000")
    summed(team, [ANCHOR])
    (row,) = usage_between(team, ANCHOR, NOW, [])
    assert (row.charged_cents, row.events) == (Decimal(1110), 3)
    (row,) = usage_between(team, FIRST, ANCHOR, [])
    assert (row.charged_cents, row.events) == (Decimal(1), 1)


def test_a_late_event_of_the_first_day_is_taken_up(team: Team) -> None:
    an_event(team, ANCHOR, cents="10")
    summed(team, [ANCHOR])
    an_event(team, ANCHOR, 5, cents="2.5")
    summed(team, [ANCHOR])
    assert OpeningSums.objects.get().charged_cents == Decimal("12.5")
    assert list(differences(team)) == []


def test_a_wrong_sum_of_a_first_day_is_found(team: Team) -> None:
    an_event(team, ANCHOR, cents="10")
    summed(team, [ANCHOR])
    OpeningSums.objects.update(events=2)
    assert {found.table for found in differences(team)} == {"opening sums"}


def test_keeping_the_same_cycles_again_writes_nothing(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    summed(team, [ANCHOR])
    with transaction.atomic(), django_assert_num_queries(2):
        cycles.keep(team, [ANCHOR], NOW)


def test_a_cycle_by_kept_starts_reads_no_event(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    an_event(team, ANCHOR, cents="10")
    summed(team, [ANCHOR])
    UsageEvent.objects.all().delete()
    with django_assert_num_queries(2):
        (row,) = usage_between(team, ANCHOR, FIRST + timedelta(days=5), [By.MEMBER])
    assert row.charged_cents == 10


def test_starts_that_nobody_said_are_counted_by_months() -> None:
    def day(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 12, 8, tzinfo=UTC)

    said = [day(1, 31), day(4, 15)]
    expected = [
        datetime(2025, 11, 30, 12, 8, tzinfo=UTC),
        datetime(2025, 12, 31, 12, 8, tzinfo=UTC),
        *(day(1, 31), day(2, 28), day(3, 31), day(4, 15), day(5, 15), day(6, 15)),
    ]
    first, now = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 5, 16, tzinfo=UTC)
    assert cycles.timeline(said, first, now) == expected
    assert cycles.timeline([], first, now) == []


def test_two_words_on_one_start_are_one_start() -> None:
    near = ANCHOR + timedelta(seconds=1)
    found = cycles.timeline([near, ANCHOR], NOW, NOW)
    assert ANCHOR not in found and near in found


def test_a_better_word_takes_the_place_of_a_counted_start(team: Team) -> None:
    summed(team, [ANCHOR])
    later = ANCHOR + timedelta(days=10)
    with transaction.atomic():
        cycles.keep(team, [later], later)
    said = BillingCycle.objects.filter(is_said=True).values_list("start", flat=True)
    assert set(said) == {ANCHOR, later}
    assert BillingCycle.objects.filter(start__gt=later).count() == 1


INSTANTS = st.integers(0, 5 * DAY_MS - 1)
ENDS = st.one_of(
    INSTANTS,
    st.integers(0, 5).map(lambda day: day * DAY_MS),
    st.just(first_ms(ANCHOR) - _MS),
)


@pytest.mark.parametrize("by", [[], [By.MEMBER], [By.DAY, By.MODEL, By.KIND], list(By)])
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=25,
    deadline=None,
)
@given(
    events=st.lists(
        st.tuples(INSTANTS, st.sampled_from("ab"), st.sampled_from("xy")), max_size=12
    ),
    ends=st.tuples(ENDS, ENDS),
    said=st.booleans(),
)
def test_any_span_equals_its_events(
    team: Team,
    by: list[By],
    events: list[tuple[int, str, str]],
    ends: tuple[int, int],
    said: bool,
) -> None:
    start, end = (FIRST + timedelta(milliseconds=ms) for ms in sorted(ends))
    with transaction.atomic():
        expected: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
        for number, (ms, email, model) in enumerate(events):
            instant = FIRST + timedelta(milliseconds=ms)
            cents = Decimal(f"{number}.00000001")
            kind = list(EventKind)[number % 3]
            an_event(
                team,
                instant,
                email=email,
                model=model,
                kind=kind,
                cents=str(cents),
            )
            if start <= instant < end:
                facts: dict[str, object] = {
                    "day": instant.date(),
                    "email": email,
                    "model": model,
                    "kind": kind,
                }
                expected[tuple(facts[d.column] for d in By if d in by)] += cents
        summed(team, [ANCHOR] if said else [])
        found = {
            tuple(getattr(row, d.column) for d in By if d in by): row.charged_cents
            for row in usage_between(team, start, end, by)
        }
        assert found == expected
        transaction.set_rollback(True)
