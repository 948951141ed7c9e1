"""What makes an event the same event, since the vendor gives it no id.

The fingerprint holds what never changes about an event; costs, kind and discount are
restated by the vendor for days, so they stay out of it. Events with equal fingerprints
are legitimate (parallel agents in one millisecond): an ordinal tells them apart. It is
given over the whole window in an order that depends on the rows alone, so that neither
paging nor the order of pages matters.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple

from dashboard.adminapi.records import UsageEventRecord
from dashboard.models import EventKind

Key = tuple[str, int]


def fingerprint(record: UsageEventRecord) -> str:
    """SHA-256 over the lasting fields, hex."""
    tokens = (
        record.input_tokens,
        record.output_tokens,
        record.cache_write_tokens,
        record.cache_read_tokens,
    )
    parts = (
        "v1",
        record.timestamp_ms,
        record.email or record.service_account_id,
        record.model,
        record.conversation_id,
        record.cloud_agent_id,
        record.automation_id,
        *("-" if count is None else count for count in tokens),
        record.is_token_based_call,
        record.max_mode,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def numbered(records: Iterable[UsageEventRecord]) -> dict[Key, UsageEventRecord]:
    """Each record under its (fingerprint, ordinal)."""
    groups: dict[str, list[UsageEventRecord]] = defaultdict(list)
    for record in records:
        groups[fingerprint(record)].append(record)
    return {
        (print_, ordinal): record
        for print_, group in groups.items()
        for ordinal, record in enumerate(sorted(group, key=_order))
    }


def _order(record: UsageEventRecord) -> tuple[str, ...]:
    return tuple(map(str, astuple(record)))


def event_kind(raw: str) -> EventKind:
    """The normalised kind; unknown words are `other`, the raw word is kept beside."""
    word = raw.strip().upper().replace("-", "_").replace(" ", "_")
    word = word.removeprefix("USAGE_EVENT_KIND_")
    if word.startswith("USAGE_BASED"):
        return EventKind.ON_DEMAND
    if word.startswith("INCLUDED_IN"):
        return EventKind.INCLUDED
    if word.startswith("ERRORED"):
        return EventKind.ERRORED
    if word.startswith("FREE"):
        return EventKind.FREE
    return EventKind.OTHER
