"""Which stored events the rows that cannot be read may be. Pure.

A row without a readable time often still says its model, person and tokens; then it
stands for the missing event that it fits. One that says nothing may be any of them.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.notes import BadRow, Notes
from dashboard.adminapi.records import UsageEventRecord
from dashboard.sync.likeness import Row, pair

_json = msgspec.json.Decoder(dict, float_hook=Decimal)


def may_be(missing: list[Row], notes: Notes) -> set[int]:
    """Keys of missing events: never more than rows that could not be read. The same
    events and rows give the same keys."""
    told = [row for bad in notes.bad.values() for row in _told(bad)]
    numbered = [row._replace(key=number) for number, row in enumerate(told)]
    timeless = [row._replace(timestamp_ms=0) for row in missing]
    found = {stored for stored, _ in pair(timeless, numbered)}
    silent = notes.unreadable - len(told)
    rest = sorted(row.key for row in missing if row.key not in found)
    return found | set(rest[:silent])


def _told(bad: BadRow) -> Iterator[Row]:
    """What the row says of its event, as often as it came; nothing when it says
    nothing."""
    try:
        record = UsageEventRecord.read(_json.decode(bad.raw) | {"timestamp": 0})
    except (msgspec.DecodeError, Unreadable):
        return
    row = Row(
        0,
        0,
        record.model,
        record.conversation_id,
        record.input_tokens,
        record.output_tokens,
        record.cache_write_tokens,
        record.cache_read_tokens,
        record.email,
    )
    if any(row[2:9]):
        yield from [row] * bad.times
