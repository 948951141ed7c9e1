"""Three accounts of one cycle beside each other, per person: what the usage events come
to, what the vendor's own gauge says and what its billing groups say, with what may
explain a difference."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dashboard.models import EventKind
from dashboard.periods import DAY, Cycle, Period, midnight
from dashboard.stats.cycles import usage_between
from dashboard.stats.freshness import Coverage, provisional_from
from dashboard.stats.gauge import Reading, readings
from dashboard.stats.group_gauge import GroupGauge, group_gauge
from dashboard.stats.rows import By, UsageRow
from dashboard.stats.usage import ZERO, usage
from tokens.models import Team

# The gauge is whole cents of on-demand and of included spend.
ROUNDING = Decimal(1)
COUNTED = (EventKind.ON_DEMAND, EventKind.INCLUDED)
ON_DEMAND = (EventKind.ON_DEMAND,)
MEASURES = ("events", "charged_cents", "unpriced_events")


class Cause(StrEnum):
    """Why the accounts may differ."""

    MISSING = "missing"
    LAG = "lag"
    UNPRICED = "unpriced"
    UNATTRIBUTED = "unattributed"
    NO_GAUGE = "no_gauge"


class State(StrEnum):
    EQUAL = "equal"
    EXPLAINED = "explained"
    OPEN = "open"


@dataclass(frozen=True)
class Account:
    """One person's cents. `gauge` and `groups` are None where the vendor does not say;
    `late` is what came on days that still change; `unpriced` counts events without a
    cost."""

    email: str
    events: Decimal
    gauge: Decimal | None
    groups: Decimal | None
    late: Decimal
    unpriced: int
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> Decimal:
        """The events less what they differ from most; whom nobody told of, from 0."""
        told = [said for said in (self.gauge, self.groups) if said is not None]
        return max((self.events - said for said in told or [ZERO]), key=abs)

    @property
    def state(self) -> State:
        if abs(self.difference) <= ROUNDING:
            return State.EQUAL
        return State.EXPLAINED if self.causes else State.OPEN


@dataclass(frozen=True)
class Reconciliation:
    """The largest difference first. `gauge` and `groups`: cents of the whole team, None
    before the vendor was asked in this cycle, the gauge last at `read_at`.
    `unattributed`: cents of events without an e-mail; `is_whole`: every day of the
    cycle up to today was fetched. `guess`: of which kinds the gauge seems to be, where
    the vendor does not say."""

    cycle: Cycle
    accounts: tuple[Account, ...]
    read_at: datetime | None
    gauge: Decimal | None
    groups: Decimal | None
    unattributed: Decimal
    is_whole: bool
    guess: tuple[EventKind, ...] | None

    def of(self, state: State) -> int:
        return sum(account.state is state for account in self.accounts)

    @property
    def open(self) -> int:
        return self.of(State.OPEN)

    @property
    def events(self) -> Decimal:
        return sum((a.events for a in self.accounts), ZERO) + self.unattributed


def reconciliation(
    team: Team, cycle: Cycle, covered: Coverage | None, now: datetime
) -> Reconciliation:
    # Nothing came later, and a midnight cuts no day.
    end = min(cycle.end, midnight(now.date()) + 2 * DAY)
    rows = usage_between(
        team, cycle.start, end, [By.MEMBER, By.KIND], measures=MEASURES
    )
    read = readings(team, cycle)
    whole = covered is not None and covered.since <= cycle.start
    late, groups = _late(team, cycle, now.date()), group_gauge(team, cycle)
    return compared(cycle, rows, read, late, whole, groups)


def compared(
    cycle: Cycle,
    rows: Sequence[UsageRow],
    read: Sequence[Reading],
    late: Mapping[str, Decimal],
    is_whole: bool,
    groups: GroupGauge | None = None,
) -> Reconciliation:
    """`rows` by person and kind, `late` the cents of days that still change. Pure."""
    guess = _guess(rows, read)
    cents = _cents(rows, guess or COUNTED)
    unpriced: dict[str, int] = {}
    for row in rows:
        unpriced[row.email] = unpriced.get(row.email, 0) + row.unpriced_events
    gauges = {one.email: one.said for one in read if one.email}
    said = [one.said for one in read if one.said is not None]
    in_groups = groups.people if groups else {}
    unattributed = cents.pop("", ZERO)
    accounts = [
        _account(
            Account(
                email,
                cents.get(email, ZERO),
                gauges.get(email),
                in_groups.get(email),
                late.get(email, ZERO),
                unpriced.get(email, 0),
                (),
            ),
            unattributed,
            is_whole,
        )
        for email in {*cents, *gauges, *in_groups}
    ]
    accounts.sort(key=lambda account: (-abs(account.difference), account.email))
    return Reconciliation(
        cycle,
        tuple(accounts),
        max((one.read_at for one in read), default=None),
        sum(said, ZERO) if said else None,
        groups.whole if groups else None,
        unattributed,
        is_whole,
        guess,
    )


def _cents(rows: Iterable[UsageRow], kinds: Collection[str]) -> dict[str, Decimal]:
    cents: dict[str, Decimal] = {}
    for row in rows:
        if row.kind in kinds:
            cents[row.email] = cents.get(row.email, ZERO) + row.charged_cents
    return cents


def _guess(
    rows: Sequence[UsageRow], read: Sequence[Reading]
) -> tuple[EventKind, ...] | None:
    """The kinds of which the events come nearest to a gauge that came as `spendCents`
    alone: it was all spend once, and is on-demand spend now."""
    raw = {one.email: one.raw for one in read if one.raw is not None}
    if not raw:
        return None

    def off(kinds: tuple[EventKind, ...]) -> Decimal:
        cents = _cents(rows, kinds)
        return sum((abs(s - cents.get(e, ZERO)) for e, s in raw.items()), ZERO)

    return min(COUNTED, ON_DEMAND, key=off)


def _account(found: Account, unattributed: Decimal, is_whole: bool) -> Account:
    """With the causes that are large enough to explain its difference."""
    more = found.difference
    causes = []
    if abs(more) > ROUNDING:
        if found.gauge is None and found.groups is None:
            causes.append(Cause.NO_GAUGE)
        if not is_whole and more < 0:
            causes.append(Cause.MISSING)
        if abs(more) <= found.late + ROUNDING:
            causes.append(Cause.LAG)
        if found.unpriced and more < 0:
            causes.append(Cause.UNPRICED)
        if more < 0 and -more <= unattributed + ROUNDING:
            causes.append(Cause.UNATTRIBUTED)
    return replace(found, causes=tuple(causes)) if causes else found


def _late(team: Team, cycle: Cycle, today: date) -> dict[str, Decimal]:
    first = max(provisional_from(today), cycle.start.date())
    last = min(today, cycle.period.end)
    if first > last:
        return {}
    measures = ["charged_cents"]
    rows = usage(team, Period(first, last), [By.MEMBER], measures=measures)
    return {row.email: row.charged_cents for row in rows}
