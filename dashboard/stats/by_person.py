"""What everybody used in several spans of days, in one statement."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from operator import add
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    F,
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
)

from dashboard.models import EventKind, PersonMonth
from dashboard.periods import Period
from dashboard.stats.group_times import GroupTimes
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import Only, Source, rows, source
from dashboard.stats.spans import parts, with_days_to_come
from tokens.models import Team

Sums = dict[str, Any]
Part = QuerySet[Any, tuple[Any, ...]]
TOKENS = (
    F("input_tokens")
    + F("output_tokens")
    + F("cache_write_tokens")
    + F("cache_read_tokens")
)


@dataclass(frozen=True)
class Used:
    """Exact cents. Requests, their units and tokens are of the kind that was asked
    for; the money is told of each."""

    total: Decimal = ZERO
    on_demand: Decimal = ZERO
    included: Decimal = ZERO
    requests: int = 0
    units: Decimal = ZERO
    tokens: int = 0

    def of(self, kind: str | None) -> Decimal:
        """On-demand or included money alone; None: the total."""
        if kind is None:
            return self.total
        return self.on_demand if kind == EventKind.ON_DEMAND else self.included


def in_all(every: Sequence[Used]) -> Used:
    return Used(
        total=sum((one.total for one in every), ZERO),
        on_demand=sum((one.on_demand for one in every), ZERO),
        included=sum((one.included for one in every), ZERO),
        requests=sum(one.requests for one in every),
        units=sum((one.units for one in every), ZERO),
        tokens=sum(one.tokens for one in every),
    )


ByPerson = dict[str, Used]
OF_PEOPLE: Sums = {
    "total": Sum("charged_cents"),
    "on_demand": Sum("on_demand_cents"),
    "included": Sum("included_cents"),
    "requests": Sum("events"),
    "units": Sum("requests_costs"),
    "tokens": Sum("tokens"),
}
EVERYTHING = ("total", "on_demand", "included", "requests", "units", "tokens")
# A sum of nothing is NULL.
NONE = (ZERO, ZERO, ZERO, 0, ZERO, 0)
# A period, its days that are not over, and those it is compared with.
NOW, LATE, BEFORE = "now", "late", "before"


def compared(period: Period, before: Period | None, today: date) -> dict[str, Period]:
    """The spans of a period. LATE is told of one that is compared: BEFORE is beside its
    days that are over, as half a day beside a whole one would look like a fall."""
    spans = {NOW: with_days_to_come(period, today)}
    if before and period.end >= today:
        spans[LATE] = Period(max(period.start, today), spans[NOW].end)
    return spans | {BEFORE: before} if before else spans


def by_person(
    team: Team,
    spans: Mapping[str, Period],
    months: Sequence[date],
    only: Only,
    times: GroupTimes | None = None,
    *,
    of_people: Sequence[date] = (),
    first: Collection[str] = EVERYTHING,
    others: Collection[str] = ("total",),
) -> dict[str, ByPerson]:
    """By the names of the spans, then by e-mail: the sums `first` of the first span,
    `others` of the others. A kind in `only` narrows no money of the first, and the
    `total` of the others. `months`: what the tables of months hold, and `of_people`
    that of people, which is smaller. `times`: where it is known who was ever in the
    group of `only`."""
    found: dict[str, dict[str, list[Any]]] = {name: {} for name in spans}
    table = source({"email", "kind", *replace(only, kind=None).columns})
    if of_people and only.kind is None and only.model is None:
        table, months = replace(table, months=PersonMonth), of_people
    every = list(_parts(table, team, spans, months, only, times, (first, others)))
    for name, email, *sums in every[0].union(*every[1:], all=True):
        of_span = found[name]
        pairs = zip(sums, NONE, strict=True)
        some = [none if value is None else value for value, none in pairs]
        known = of_span.get(email)
        of_span[email] = list(map(add, known, some)) if known else some
    return {
        name: {email: Used(*sums) for email, sums in of_span.items()}
        for name, of_span in found.items()
    }


def _parts(
    table: Source,
    team: Team,
    spans: Mapping[str, Period],
    months: Sequence[date],
    only: Only,
    times: GroupTimes | None,
    wanted: tuple[Collection[str], Collection[str]],
) -> Iterator[Part]:
    kind, only = only.kind, replace(only, kind=None)
    people = times.people_of(only.group) if times and only.group else None
    days = rows(table.days, team, _around(spans.values()), only, people)
    of_first, of_others = wanted
    wanted_of, of_money = of_first, None
    for name, span in spans.items():
        for part in parts(table, days, team, span, months, only):
            yield _summed(name, part, _sums(part.model, wanted_of, of_money, kind))
        wanted_of, of_money = of_others, kind


def _around(spans: Collection[Period]) -> Period:
    return Period(min(s.start for s in spans), max(s.end for s in spans))


def _sums(
    table: type[Model], wanted: Collection[str], of_money: str | None, kind: str | None
) -> Sums:
    """In a union every part has as many columns: those not wanted are NULL."""
    every = OF_PEOPLE if table is PersonMonth else _by_kind(of_money, kind)
    return {
        f"sum_{name}": value if name in wanted else Value(None, BigIntegerField())
        for name, value in every.items()
    }


def _by_kind(of_money: str | None, kind: str | None) -> Sums:
    money, counted = _of_kind(of_money), _of_kind(kind)
    return {
        "total": Sum("charged_cents", filter=money),
        "on_demand": Sum("charged_cents", filter=Q(kind=EventKind.ON_DEMAND)),
        "included": Sum("charged_cents", filter=Q(kind=EventKind.INCLUDED)),
        "requests": Sum("events", filter=counted),
        "units": Sum("requests_costs", filter=counted),
        "tokens": Sum(TOKENS, filter=counted),
    }


def _of_kind(kind: str | None) -> Q | None:
    return None if kind is None else Q(kind=kind)


def _summed(name: str, found: QuerySet[Any], sums: Sums) -> Part:
    tagged = found.order_by().annotate(span=Value(name, CharField()))
    by_email = tagged.values("span", "email").annotate(**sums)
    summed: Part = by_email.values_list("span", "email", *sums)
    return summed
