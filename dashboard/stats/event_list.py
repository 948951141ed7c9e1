"""The events themselves, for an export: the one reader of them besides a person's own
page. Page by page along an index, so neither side holds more than a page of them and
nothing stays open while somebody's line is slow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q

from dashboard.models import UsageEvent
from dashboard.periods import Period
from dashboard.stats.sources import Only, narrowed
from tokens.models import Team

PAGE = 5000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = (
    "email",
    "service_account_name",
    "model",
    "kind",
    "raw_kind",
    "max_mode",
    "is_headless",
    "requests_costs",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "model_cents",
    "token_fee_cents",
    "charged_cents",
    "cost_cents",
    "conversation_id",
    "service_account_id",
    "cloud_agent_id",
    "automation_id",
    "is_token_based_call",
    "is_chargeable",
    "is_free_bugbot",
    "discount_percent",
)
HEADS = ("time", *COLUMNS)
_KEY = ("timestamp_ms", "fingerprint", "ordinal")


def events(team: Team, period: Period, only: Only) -> Iterator[tuple[Any, ...]]:
    """Live events in the order of time: the instant, then `COLUMNS`. Cents are exact
    and empty where the vendor gave none."""
    first, last = _ms(period.start), _ms(period.end) + 86_400_000 - 1
    live = UsageEvent.objects.live().filter(team=team).order_by(*_KEY)
    pages = narrowed(live.filter(timestamp_ms__range=(first, last)), team, only)
    after = Q()
    while True:
        page = list(pages.filter(after).values_list(*_KEY, *COLUMNS)[:PAGE])
        for row in page:
            yield EPOCH + timedelta(milliseconds=row[0]), *row[len(_KEY) :]
        if len(page) < PAGE:
            return
        after = _after(*page[-1][: len(_KEY)])


_WRITTEN = re.compile(r"(\d{1,18})-((?:[0-9a-f]{2}){1,32})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Key:
    """An event's place in the order of time, as in a query string."""

    time: int
    fingerprint: bytes
    ordinal: int

    def __str__(self) -> str:
        return f"{self.time}-{self.fingerprint.hex()}-{self.ordinal}"

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError("no key of an event")
        return cls(int(found[1]), bytes.fromhex(found[2]), int(found[3]))


@dataclass(frozen=True)
class EventPage:
    """The newest first. `older`: the key to ask for the next page with."""

    events: tuple[UsageEvent, ...]
    older: Key | None


def newest(
    team: Team, email: str, period: Period, only: Only, before: Key | None, count: int
) -> EventPage:
    """A person's live events, along the index by person; `before`: those past a key."""
    span = _ms(period.start), _ms(period.end) + 86_400_000 - 1
    mine = UsageEvent.objects.live().filter(
        team=team, email=email, timestamp_ms__range=span
    )
    found = narrowed(mine, team, only)
    if before:
        earlier_twin = Q(fingerprint=before.fingerprint, ordinal__lt=before.ordinal)
        same_time = Q(fingerprint__lt=before.fingerprint) | earlier_twin
        earlier = Q(timestamp_ms__lt=before.time) | same_time
        found = found.filter(Q(timestamp_ms__lte=before.time) & earlier)
    rows = list(found.order_by(*(f"-{name}" for name in _KEY))[: count + 1])
    shown = tuple(rows[:count])
    if len(rows) <= count:
        return EventPage(shown, None)
    last = shown[-1]
    return EventPage(
        shown, Key(last.timestamp_ms, bytes(last.fingerprint), last.ordinal)
    )


def _after(time: int, fingerprint: bytes, ordinal: int) -> Q:
    """The rows past one, said so that the index on the key is used."""
    later_twin = Q(fingerprint=fingerprint, ordinal__gt=ordinal)
    same_time = Q(fingerprint__gt=fingerprint) | later_twin
    return Q(timestamp_ms__gte=time) & (Q(timestamp_ms__gt=time) | same_time)


def _ms(day: date) -> int:
    return (day.toordinal() - EPOCH.date().toordinal()) * 86_400_000
