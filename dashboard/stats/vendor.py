"""What the vendor sent that could not be read, and which fields it sends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce

from dashboard.models import FieldSeen, QuarantinedRow, Stream
from tokens.models import Team

REASONS = 4
# A field that came later than the stream's first is news for so long.
NEWS = timedelta(days=30)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reason:
    text: str
    rows: int


@dataclass(frozen=True)
class Quarantine:
    """Rows of one stream that were kept as they came: `rows` that cannot be read now,
    `readable` that could not be once, `kept` texts in all. `reasons`: the most frequent
    of today's, or else of all."""

    stream: Stream
    rows: int
    readable: int
    kept: int
    last_seen_at: datetime
    reasons: tuple[Reason, ...]


class _Sum(NamedTuple):
    """Of one reason. `now` and `ever` count rows, `kept` their texts."""

    stream: str
    reason: str
    now: int
    ever: int
    kept: int
    newest: datetime


def quarantine(team: Team) -> list[Quarantine]:
    """One query: sums per stream and reason."""
    today = Coalesce(Sum("times", filter=Q(cured_at=None)), 0)
    sums = (
        QuarantinedRow.objects.filter(team=team)
        .values_list("stream", "reason")
        .annotate(
            now=today, ever=Sum("times"), kept=Count("pk"), at=Max("last_seen_at")
        )
    )
    found: dict[str, list[_Sum]] = {}
    for values in sums:
        found.setdefault(values[0], []).append(_Sum(*values))
    return [_held(stream, found[stream]) for stream in Stream if stream in found]


def _held(stream: Stream, sums: list[_Sum]) -> Quarantine:
    now = sum(one.now for one in sums)
    told = sorted((-(one.now if now else one.ever), one.reason) for one in sums)
    return Quarantine(
        stream,
        now,
        sum(one.ever for one in sums) - now,
        sum(one.kept for one in sums),
        max(one.newest for one in sums),
        tuple(Reason(text, -rows) for rows, text in told[:REASONS] if rows),
    )


@dataclass(frozen=True)
class Field:
    path: str
    is_used: bool
    is_new: bool
    first_seen_at: datetime
    last_seen_at: datetime
    missing_since: datetime | None

    @property
    def is_alarming(self) -> bool:
        """Numbers rest on it and it no longer comes."""
        return self.is_used and self.missing_since is not None


@dataclass(frozen=True)
class Journal:
    """The fields of one stream's answers, those that are missing first."""

    stream: Stream
    fields: tuple[Field, ...]

    @property
    def alarming(self) -> list[Field]:
        return [field for field in self.fields if field.is_alarming]

    @property
    def missing(self) -> int:
        return sum(field.missing_since is not None for field in self.fields)

    @property
    def new(self) -> int:
        return sum(field.is_new for field in self.fields)


def journals(team: Team, now: datetime) -> list[Journal]:
    found: dict[str, list[FieldSeen]] = {}
    for row in FieldSeen.objects.filter(team=team).order_by("path"):
        found.setdefault(row.stream, []).append(row)
    return [
        _journal(stream, found[stream], now) for stream in Stream if stream in found
    ]


def _journal(stream: Stream, rows: list[FieldSeen], now: datetime) -> Journal:
    began = min(row.first_seen_at for row in rows)

    def is_new(row: FieldSeen) -> bool:
        return began + A_DAY < row.first_seen_at and now - row.first_seen_at < NEWS

    fields = [
        Field(
            row.path,
            row.is_used,
            is_new(row),
            row.first_seen_at,
            row.last_seen_at,
            row.missing_since,
        )
        for row in rows
    ]
    fields.sort(key=lambda f: (not f.is_alarming, not f.missing_since, not f.is_new))
    return Journal(stream, tuple(fields))
