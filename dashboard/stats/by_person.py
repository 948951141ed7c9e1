"""What everybody used in several spans of days, in one statement.

Each part of a span (its whole months, the days at its edges) is summed on its own: to
fold a few thousand sums here costs less than to have all rows sorted together there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add, or_
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, Sum, Value

from dashboard.models import EventKind
from dashboard.periods import Period
from dashboard.stats.group_times import GroupTimes
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import Only, month_rows, rows, source
from dashboard.stats.spans import between, whole_months
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
# A sum of nothing is NULL.
NONE = (ZERO, ZERO, ZERO, 0, ZERO, 0)


def by_person(
    team: Team,
    spans: Mapping[str, Period],
    months: Sequence[date],
    only: Only,
    times: GroupTimes,
) -> dict[str, ByPerson]:
    """By the names of the spans, then by e-mail. Everything is summed of the first span
    alone, where a kind in `only` narrows no money; of the others the `total` of that
    kind. `months`: what the tables of months hold."""
    found: dict[str, dict[str, list[Any]]] = {name: {} for name in spans}
    parts = list(_parts(team, spans, months, only, times))
    for name, email, *sums in parts[0].union(*parts[1:], all=True):
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
    team: Team,
    spans: Mapping[str, Period],
    months: Sequence[date],
    only: Only,
    times: GroupTimes,
) -> Iterator[Part]:
    asked, only = only.kind, replace(only, kind=None)
    sums = _everything(asked)
    table = source({"email", "kind", *only.columns})
    people = times.people_of(only.group) if only.group else None
    days_of = rows(table.days, team, _around(spans.values()), only, people)
    for name, span in spans.items():
        whole: list[date] = []
        if table.months and only.group is None:
            whole = whole_months(span, months)
        if table.months and whole:
            found = month_rows(table.months, team, whole, only)
            yield _summed(name, found, sums)
        edges = [Q(day__range=(d.start, d.end)) for d in between(span, whole)]
        if edges:
            yield _summed(name, days_of.filter(reduce(or_, edges)), sums)
        sums = _money(asked)


def _around(spans: Collection[Period]) -> Period:
    return Period(min(s.start for s in spans), max(s.end for s in spans))


def _everything(kind: str | None) -> Sums:
    counted = None if kind is None else Q(kind=kind)
    return {
        "sum_cents": Sum("charged_cents"),
        "sum_on_demand": Sum("charged_cents", filter=Q(kind=EventKind.ON_DEMAND)),
        "sum_included": Sum("charged_cents", filter=Q(kind=EventKind.INCLUDED)),
        "sum_requests": Sum("events", filter=counted),
        "sum_units": Sum("requests_costs", filter=counted),
        "sum_tokens": Sum(TOKENS, filter=counted),
    }


def _money(kind: str | None) -> Sums:
    """The first of them; in a union every part has as many columns."""
    cents = Sum("charged_cents", filter=None if kind is None else Q(kind=kind))
    nothing = dict.fromkeys(_everything(kind), Value(None, BigIntegerField()))
    return nothing | {"sum_cents": cents}


def _summed(name: str, found: QuerySet[Any], sums: Sums) -> Part:
    tagged = found.order_by().annotate(span=Value(name, CharField()))
    by_email = tagged.values("span", "email").annotate(**sums)
    summed: Part = by_email.values_list("span", "email", *sums)
    return summed
