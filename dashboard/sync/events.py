"""Usage events: a closed window of them is replaced as a whole, in one transaction.

Stored rows are matched with the fetched ones by fingerprint and ordinal; what is left
on both sides by what an event keeps even when the vendor blanks its e-mail or fills in
its tokens later. A stored row that nothing matches is marked as withdrawn.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dashboard import rollups
from dashboard.adminapi.reading import day_of
from dashboard.adminapi.records import UsageEventRecord
from dashboard.models import UsageEvent
from dashboard.models.cents import exact
from dashboard.sync.counts import Counts
from dashboard.sync.identity import Key, event_kind, numbered
from dashboard.sync.windows import Window
from tokens.models import Team

BATCH = 500
_CENTS = (
    "requests_costs",
    "model_cents",
    "discount_percent",
    "charged_cents",
    "token_fee_cents",
    "cost_cents",
)
_PLAIN = (
    "email",
    "service_account_id",
    "service_account_name",
    "timestamp_ms",
    "model",
    "raw_kind",
    "max_mode",
    "is_token_based_call",
    "is_chargeable",
    "is_headless",
    "is_free_bugbot",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "conversation_id",
    "cloud_agent_id",
    "automation_id",
)
COLUMNS = ("fingerprint", "ordinal", "day", "kind", "withdrawn_at", *_PLAIN, *_CENTS)


@dataclass
class Matching:
    """What is to become of the stored and the fetched rows of a window."""

    kept: list[tuple[UsageEvent, Key, UsageEventRecord]] = field(default_factory=list)
    new: list[tuple[Key, UsageEventRecord]] = field(default_factory=list)
    gone: list[UsageEvent] = field(default_factory=list)


def replace_window(
    team: Team, window: Window, records: Iterable[UsageEventRecord], now: datetime
) -> Counts:
    """Make the table equal to the fetched rows. Call it inside a transaction."""
    stored = list(
        UsageEvent.objects.filter(
            team=team, timestamp_ms__range=(window.start_ms, window.end_ms)
        )
    )
    fetched = numbered(records)
    matching = match(stored, fetched)
    touched: set[date] = set()
    changed = [
        event
        for event, key, record in matching.kept
        if _take_over(event, _values(key, record), now, touched)
    ]
    created = [
        UsageEvent(team=team, synced_at=now, **_values(key, record))
        for key, record in matching.new
    ]
    for event in matching.gone:
        event.withdrawn_at = event.synced_at = now
    written = changed + matching.gone
    touched |= {event.day for event in created + written}
    UsageEvent.objects.bulk_update(written, [*COLUMNS, "synced_at"], batch_size=BATCH)
    UsageEvent.objects.bulk_create(created, batch_size=BATCH)
    rollups.rebuild(team, touched)
    return Counts(
        read=len(fetched),
        inserted=len(created),
        updated=len(changed),
        withdrawn=len(matching.gone),
        unchanged=len(matching.kept) - len(changed),
    )


def match(stored: list[UsageEvent], fetched: dict[Key, UsageEventRecord]) -> Matching:
    """Pair the rows: by key first, then the rest by ever weaker likeness."""
    by_key = {(event.fingerprint, event.ordinal): event for event in stored}
    result = Matching()
    rest: list[tuple[Key, UsageEventRecord]] = []
    for key, record in fetched.items():
        event = by_key.pop(key, None)
        if event is None:
            rest.append((key, record))
        else:
            result.kept.append((event, key, record))
    left = [event for event in by_key.values() if event.withdrawn_at is None]
    for likeness in (_same_but_email, _same_but_tokens):
        pairs, left, rest = _pair(left, rest, likeness)
        result.kept += pairs
    result.new, result.gone = rest, left
    return result


Likeness = Callable[[UsageEvent | UsageEventRecord], tuple[Any, ...]]


def _same_but_tokens(row: UsageEvent | UsageEventRecord) -> tuple[Any, ...]:
    return (row.timestamp_ms, row.model, row.conversation_id)


def _same_but_email(row: UsageEvent | UsageEventRecord) -> tuple[Any, ...]:
    return (
        *_same_but_tokens(row),
        row.input_tokens,
        row.output_tokens,
        row.cache_write_tokens,
        row.cache_read_tokens,
    )


def _pair(
    stored: list[UsageEvent],
    fetched: list[tuple[Key, UsageEventRecord]],
    likeness: Likeness,
) -> tuple[
    list[tuple[UsageEvent, Key, UsageEventRecord]],
    list[UsageEvent],
    list[tuple[Key, UsageEventRecord]],
]:
    """One-to-one pairs of alike rows that do not name two different people."""
    waiting: dict[tuple[Any, ...], list[UsageEvent]] = defaultdict(list)
    for event in sorted(stored, key=lambda event: event.pk):
        waiting[likeness(event)].append(event)
    pairs, unpaired = [], []
    for key, record in sorted(fetched, key=lambda pair: pair[0]):
        candidates = waiting[likeness(record)]
        fits = next((e for e in candidates if _may_be_same_person(e, record)), None)
        if fits is None:
            unpaired.append((key, record))
        else:
            candidates.remove(fits)
            pairs.append((fits, key, record))
    return pairs, [event for group in waiting.values() for event in group], unpaired


def _may_be_same_person(event: UsageEvent, record: UsageEventRecord) -> bool:
    return not event.email or not record.email or event.email == record.email


def _values(key: Key, record: UsageEventRecord) -> dict[str, Any]:
    """The columns of an event as the fetched row gives them."""
    values: dict[str, Any] = {name: getattr(record, name) for name in _PLAIN}
    for name in _CENTS:
        given = getattr(record, name)
        values[name] = None if given is None else exact(given)
    return values | {
        "fingerprint": key[0],
        "ordinal": key[1],
        "day": day_of(record.timestamp_ms),
        "kind": event_kind(record.raw_kind),
        "withdrawn_at": None,
    }


def _take_over(
    event: UsageEvent, values: dict[str, Any], now: datetime, touched: set[date]
) -> bool:
    """Put the fetched values on the stored row; False when nothing is different.

    An e-mail that was known stays when the vendor blanks it.
    """
    values["email"] = values["email"] or event.email
    if all(getattr(event, name) == value for name, value in values.items()):
        return False
    touched.add(event.day)
    for name, value in values.items():
        setattr(event, name, value)
    event.synced_at = now
    return True
