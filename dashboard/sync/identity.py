"""What makes an event the same event, since the vendor gives it no id.

The fingerprint holds what never changes about an event; costs, kind and discount are
restated by the vendor for days, so they stay out of it. Events with equal fingerprints
are legitimate (parallel agents in one millisecond): an ordinal tells them apart, given
over the whole window in the order of their payloads, so that neither paging nor the
order of pages matters.
"""

import hashlib
from typing import Any

from dashboard.adminapi.records import UsageEventRecord
from dashboard.models import EventKind
from dashboard.sync.copytext import BETWEEN


def fingerprint(record: UsageEventRecord) -> bytes:
    """SHA-256 over the lasting fields."""
    return hashlib.sha256(
        f"v1|{record.timestamp_ms}|{record.email or record.service_account_id}"
        f"|{record.model}|{record.conversation_id}|{record.cloud_agent_id}"
        f"|{record.automation_id}"
        f"|{_or_dash(record.input_tokens)}|{_or_dash(record.output_tokens)}"
        f"|{_or_dash(record.cache_write_tokens)}|{_or_dash(record.cache_read_tokens)}"
        f"|{record.is_token_based_call}|{record.max_mode}".encode()
    ).digest()


def _or_dash(count: int | None) -> int | str:
    """Unknown is not zero."""
    return "-" if count is None else count


def payload_text(values: tuple[Any, ...]) -> str:
    """Every field of a record, in order."""
    return _PARTS % values


def payload_hash(text: str) -> bytes:
    """Sixteen bytes over the payload's text: tells a restated row from an equal one.
    Fields that we do not know may change without a row being written."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


_PARTS = BETWEEN.join(["%s"] * len(UsageEventRecord.__struct_fields__))


_PREFIXES = {
    "USAGE_BASED": EventKind.ON_DEMAND,
    "INCLUDED_IN": EventKind.INCLUDED,
    "ERRORED": EventKind.ERRORED,
    "FREE": EventKind.FREE,
}
# The words of the vendor's CSV export.
_EXPORTED = {"ON_DEMAND": EventKind.ON_DEMAND, "INCLUDED": EventKind.INCLUDED}


def event_kind(raw: str) -> EventKind:
    """The normalised kind; unknown words are `other`, the raw word is kept beside."""
    word = raw.strip().upper().replace("-", "_").replace(" ", "_")
    word = word.removeprefix("USAGE_EVENT_KIND_")
    for prefix, kind in _PREFIXES.items():
        if word.startswith(prefix):
            return kind
    return _EXPORTED.get(word, EventKind.OTHER)
