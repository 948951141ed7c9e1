"""What the vendor sent that could not be read, and which fields it sends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

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
    """Rows of one stream that were kept as they came. `reasons`: the most frequent."""

    stream: Stream
    rows: int
    last_seen_at: datetime
    reasons: tuple[Reason, ...]


def quarantine(team: Team) -> list[Quarantine]:
    """One query: sums per stream and reason."""
    sums = (
        QuarantinedRow.objects.filter(team=team)
        .values_list("stream", "reason")
        .annotate(rows=Count("pk"), newest=Max("last_seen_at"))
        .order_by("-rows", "reason")
    )
    found: dict[str, list[tuple[str, int, datetime]]] = {}
    for stream, reason, rows, newest in sums:
        found.setdefault(stream, []).append((reason, rows, newest))
    return [
        Quarantine(
            stream,
            sum(rows for _, rows, _ in found[stream]),
            max(newest for _, _, newest in found[stream]),
            tuple(Reason(text, rows) for text, rows, _ in found[stream][:REASONS]),
        )
        for stream in Stream
        if stream in found
    ]


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
