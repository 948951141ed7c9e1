"""Whom the table of people shows, in which order, and what they come to together."""

from collections.abc import Iterable, Sequence
from datetime import date

from dashboard.periods import DAY
from dashboard.roster.columns import COLUMNS, by_name
from dashboard.roster.wanted import Limit, State, Wanted
from dashboard.stats.by_person import in_all
from dashboard.stats.roster import Somebody
from dashboard.stats.rows import ZERO
from dashboard.stats.seats import is_idle


def narrowed(
    everybody: Iterable[Somebody], wanted: Wanted, today: date
) -> list[Somebody]:
    words = wanted.words.casefold().split()
    return [
        one
        for one in everybody
        if _matches(one, words)
        and _stands(one, wanted.state)
        and (wanted.role is None or one.role == wanted.role)
        and (wanted.idle is None or _is_idle(one, wanted.idle, today))
        and _is_limited(one, wanted.limit)
    ]


def ordered(found: Iterable[Somebody], wanted: Wanted) -> list[Somebody]:
    """Equals by name; who has no value is last."""
    key = COLUMNS[wanted.sorted_by].key
    known: list[Somebody] = []
    unknown: list[Somebody] = []
    for one in sorted(found, key=by_name):
        (unknown if key(one) is None else known).append(one)
    return sorted(known, key=key, reverse=wanted.is_descending) + unknown


def _matches(one: Somebody, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = " ".join((one.title, one.email, one.role, *one.groups)).casefold()
    return all(word in text for word in words)


def _stands(one: Somebody, state: State | None) -> bool:
    match state:
        case State.PRESENT:
            return one.has_seat
        case State.DEPARTED:
            return one.left_at is not None
        case State.OUTSIDE:
            return not one.is_member
    return True


def _is_idle(one: Somebody, days: int, today: date) -> bool:
    since = today - DAY * (days - 1)
    joined = one.seen_since if one.has_seat else None
    return joined is not None and is_idle(joined, one.last_active, since)


def _is_limited(one: Somebody, limit: Limit | None) -> bool:
    reading = one.reading
    match limit:
        case Limit.NEAR:
            return reading is not None and reading.is_near
        case Limit.OVER:
            return reading is not None and reading.is_over
        case Limit.NONE:
            return one.has_seat and (reading is None or reading.limit is None)
    return True


def together(found: Sequence[Somebody]) -> Somebody:
    """What all of them come to, as if they were one."""
    befores = [one.before for one in found if one.before is not None]
    return Somebody(
        email="",
        name="",
        role="",
        is_member=False,
        seen_since=None,
        left_at=None,
        groups=(),
        used=in_all([one.used for one in found]),
        spend=sum((one.spend for one in found), ZERO),
        whole_days=sum((one.whole_days for one in found), ZERO),
        before=sum(befores, ZERO) if befores else None,
        lines=sum(one.lines for one in found),
        last_active=None,
        reading=None,
    )
