"""Events against the gauge: what is equal, what may be explained, what is open."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.periods import Cycle
from dashboard.stats.gauge import Reading
from dashboard.stats.group_gauge import GroupGauge
from dashboard.stats.reconcile import Cause, Reconciliation, State, compared
from dashboard.stats.rows import UsageRow

START = datetime(2026, 11, 9, 12, tzinfo=UTC)
CYCLE = Cycle(START, datetime(2026, 12, 9, 12, tzinfo=UTC), known=True)


def reading(email: str, total: str | None) -> Reading:
    cents = None if total is None else Decimal(total)
    return Reading(email, START, None, None, cents, None)


def row(email: str, cents: str, kind: str = "included", unpriced: int = 0) -> UsageRow:
    return UsageRow(
        email=email,
        kind=kind,
        charged_cents=Decimal(cents),
        events=1,
        unpriced_events=unpriced,
    )


def accounts(
    *rows: UsageRow,
    gauge: str | None = "100",
    late: str = "0",
    is_whole: bool = True,
) -> Reconciliation:
    read = [] if gauge is None else [reading("ada", gauge)]
    return compared(CYCLE, rows, read, {"ada": Decimal(late)}, is_whole)


def test_both_kinds_of_spend_count_and_a_cent_is_rounding() -> None:
    found = accounts(row("ada", "60.4"), row("ada", "40.3", "on_demand"))
    [ada] = found.accounts
    assert (ada.state, ada.difference) == (State.EQUAL, Decimal("0.7"))
    assert found.open == 0


def in_groups(cents: str) -> GroupGauge:
    return GroupGauge(Decimal(cents) + 5, {"ada": Decimal(cents)})


def test_billing_groups_are_a_third_account() -> None:
    """They agree with the events, the gauge does not; and the other way round."""
    for gauge, groups in (("90", "100"), ("100", "90")):
        read = [reading("ada", gauge)]
        found = compared(CYCLE, [row("ada", "100")], read, {}, True, in_groups(groups))
        [ada] = found.accounts
        assert (ada.difference, ada.state) == (Decimal(10), State.OPEN)
        assert (found.gauge, found.groups) == (Decimal(gauge), Decimal(groups) + 5)


def test_billing_groups_alone_are_enough_to_compare_with() -> None:
    found = compared(CYCLE, [row("ada", "100")], [], {}, True, in_groups("100"))
    assert found.accounts[0].state is State.EQUAL
    assert found.gauge is None and found.read_at is None
    found = compared(CYCLE, [row("ada", "100")], [], {}, True, in_groups("90"))
    assert found.accounts[0].state is State.OPEN


@pytest.mark.parametrize(
    ("said", "guess"),
    [("100", ("on_demand", "included")), ("60", ("on_demand",))],
)
def test_a_gauge_that_does_not_say_what_it_covers_is_what_comes_nearest(
    said: str, guess: tuple[str, ...]
) -> None:
    rows = [row("ada", "60", "on_demand"), row("ada", "40"), row("bob", "9")]
    read = [replace(reading("ada", None), raw=Decimal(said))]
    found = compared(CYCLE, rows, read, {}, True)
    assert found.guess == guess
    [ada] = [account for account in found.accounts if account.email == "ada"]
    assert (ada.state, ada.gauge) == (State.EQUAL, Decimal(said))
    assert found.gauge == Decimal(said)


def test_the_gauge_of_all_holds_what_is_nobodys() -> None:
    read = [reading("ada", "100"), reading("", "7")]
    found = compared(CYCLE, [row("ada", "100"), row("", "7")], read, {}, True)
    assert found.gauge == found.events == 107


def test_what_is_no_spend_does_not_count() -> None:
    [ada] = accounts(row("ada", "100"), row("ada", "9", "other")).accounts
    assert ada.state is State.EQUAL


def test_a_difference_that_nothing_explains_is_open() -> None:
    found = accounts(row("ada", "110"))
    assert found.accounts[0].state is State.OPEN
    assert found.open == 1


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (accounts(row("ada", "110"), late="12"), Cause.LAG),
        (accounts(row("ada", "90"), is_whole=False), Cause.MISSING),
        (accounts(row("ada", "90", unpriced=2)), Cause.UNPRICED),
        (accounts(row("ada", "90"), row("", "15")), Cause.UNATTRIBUTED),
        (accounts(row("ada", "90"), gauge=None), Cause.NO_GAUGE),
    ],
)
def test_each_cause_is_named(found: Reconciliation, cause: Cause) -> None:
    [ada] = found.accounts
    assert ada.causes == (cause,)
    assert ada.state is State.EXPLAINED


def test_a_cause_that_is_too_small_explains_nothing() -> None:
    found = accounts(row("ada", "90"), row("", "5"), late="3")
    assert found.accounts[0].state is State.OPEN


def test_the_whole_holds_what_is_nobodys() -> None:
    found = accounts(row("ada", "100"), row("", "5"))
    assert (found.events, found.unattributed) == (Decimal(105), Decimal(5))
    assert found.gauge == 100


def test_the_largest_difference_comes_first() -> None:
    rows = [row("ada", "100"), row("bob", "7"), row("eve", "9")]
    found = accounts(*rows)
    assert [account.email for account in found.accounts] == ["eve", "bob", "ada"]
