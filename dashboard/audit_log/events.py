"""The audit events that a page or a file shows, along the indexes of their table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from dashboard.audit_log.told import as_json
from dashboard.audit_log.wanted import Key, Wanted
from dashboard.exporting import Cell
from dashboard.models import AuditDay, AuditEvent, Member
from dashboard.periods import DAY, Period, midnight
from tokens.models import Team

SHOWN = 50
# Words stand in no index: a page looks through so many events, then asks to go on.
LOOKED_AT = 50_000
BLOCK = 2000
HEADS = ("time", "event_id", "type", "email", "ip_address", "data")


@dataclass(frozen=True)
class Question:
    """`email`: who acted; None is everybody, empty nobody named."""

    team: Team
    period: Period
    email: str | None
    wanted: Wanted


@dataclass(frozen=True)
class EventPage:
    """The newest first. `older`: where the next page begins. `looked_until`: words were
    looked for back to this instant only."""

    events: list[AuditEvent]
    older: Key | None
    looked_until: datetime | None = None


def newest(asked: Question) -> EventPage:
    found = _of(asked)
    if asked.wanted.before:
        found = found.filter(_past(asked.wanted.before))
    edge = None
    if asked.wanted.words:
        edge = _edge(found)
        found = found.filter(_with_words(asked))
        if edge:
            found = found.filter(at__gte=edge.at)
    rows = list(found[: SHOWN + 1])
    if len(rows) > SHOWN:
        return EventPage(rows[:SHOWN], _key(rows[SHOWN - 1]))
    # Events of the edge's own instant were looked at, whatever their numbers are.
    older = Key(edge.at, 0) if edge else None
    return EventPage(rows, older, edge.at if edge else None)


def counts(asked: Question) -> list[tuple[str, int]]:
    """Of the period and person, by type, the most frequent first, whatever words."""
    first, last = asked.period.start, asked.period.end
    if asked.email is None:
        days = AuditDay.objects.filter(team=asked.team, day__range=(first, last))
        summed = days.order_by().values_list("type").annotate(number=Sum("events"))
        found = [(kind, int(number)) for kind, number in summed]
    else:
        mine = _in_period(asked).filter(email=asked.email).order_by()
        found = list(mine.values_list("type").annotate(number=Count("id")))
    return sorted(found, key=lambda row: (-row[1], row[0]))


def rows(asked: Question) -> Iterator[list[Cell]]:
    """All of them for a file, block by block; times are UTC."""
    found = _of(asked)
    if asked.wanted.words:
        found = found.filter(_with_words(asked))
    after = Q()
    while True:
        block = list(found.filter(after)[:BLOCK])
        for one in block:
            told = [one.event_id, one.type, one.email, one.ip_address]
            yield [one.at, *told, as_json(one.data)]
        if len(block) < BLOCK:
            return
        after = _past(_key(block[-1]))


def _of(asked: Question) -> QuerySet[AuditEvent]:
    found = _in_period(asked)
    if asked.email is not None:
        found = found.filter(email=asked.email)
    if asked.wanted.type:
        found = found.filter(type=asked.wanted.type)
    return found.order_by("-at", "-id")


def _in_period(asked: Question) -> QuerySet[AuditEvent]:
    """The calendar's last day has no end."""
    found = AuditEvent.objects.filter(
        team=asked.team, at__gte=midnight(asked.period.start)
    )
    last = asked.period.end
    if last.year == 9999:
        return found
    return found.filter(at__lt=midnight(last + DAY))


def _with_words(asked: Question) -> Q:
    """Each word in the event itself, or in the name of who acted."""
    every = Q()
    named = None
    for word in asked.wanted.words.casefold().split():
        if named is None:
            members = Member.objects.of(asked.team).values_list("email", "name")
            named = [(email, name.casefold()) for email, name in members]
        people = [email for email, name in named if word in name]
        every &= Q(words__contains=word) | Q(email__in=people)
    return every


def _edge(found: QuerySet[AuditEvent]) -> Key | None:
    """Where looking stops: behind so many events. An index holds all of the answer."""
    keys = found.values_list("at", "id")[LOOKED_AT : LOOKED_AT + 1]
    return next((Key(*row) for row in keys), None)


def _past(key: Key) -> Q:
    """The rows past one, said so that the index on the key is used."""
    return Q(at__lte=key.at) & (Q(at__lt=key.at) | Q(id__lt=key.number))


def _key(event: AuditEvent) -> Key:
    return Key(event.at, event.pk)
