"""Pages of usage events, read into records.

Nearly every row has the documented shape. A page of such rows is decoded straight into
`_Row`s, which checks their types on the way. A row with anything else (a field that we
do not know, a number in a string, a time in seconds) goes to the tolerant
`UsageEventRecord.read`; where both can read a row, both give the same record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dashboard.adminapi import reading
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.reading import Json
from dashboard.adminapi.records import UsageEventRecord

T = TypeVar("T", bool, int)
Text = str | None | UnsetType
Flag = bool | None | UnsetType
Count = (
    Annotated[int, Meta(gt=-reading.LARGEST_COUNT, lt=reading.LARGEST_COUNT)]
    | None
    | UnsetType
)
Number = Decimal | None | UnsetType


class _Tokens(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    input_tokens: Count = UNSET
    output_tokens: Count = UNSET
    cache_write_tokens: Count = UNSET
    cache_read_tokens: Count = UNSET
    total_cents: Number = UNSET
    discount_percent_off: Number = UNSET


class _Row(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    timestamp: str
    user_email: Text = UNSET
    model: Text = UNSET
    kind: Text = UNSET
    max_mode: Flag = UNSET
    is_token_based_call: Flag = UNSET
    is_chargeable: Flag = UNSET
    is_headless: Flag = UNSET
    is_free_bugbot: Flag = UNSET
    requests_costs: Number = UNSET
    token_usage: _Tokens | None | UnsetType = UNSET
    charged_cents: Number = UNSET
    cursor_token_fee: Number = UNSET
    service_account_id: Text = UNSET
    service_account_name: Text = UNSET
    conversation_id: Text = UNSET
    cloud_agent_id: Text = UNSET
    automation_id: Text = UNSET


class _Misfit(Exception):
    """The tolerant reader has to look at it."""


@dataclass
class EventReader:
    """Reads the pages of a walk and takes notes. `careful` reads what does not fit."""

    notes: Notes
    careful: Callable[[Json], UsageEventRecord] = UsageEventRecord.read
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def read(self, raw: bytes) -> Sequence[UsageEventRecord | None]:
        """`raw`: the JSON list of a page. One entry per row, in their order; None for
        one that cannot be read, which the notes keep."""
        try:
            return self._fitting(raw)
        except _Misfit:
            return [self._one(bytes(row)) for row in _each.decode(raw)]

    def _one(self, raw: bytes) -> UsageEventRecord | None:
        try:
            return self._fitting(b"[%b]" % raw)[0]
        except _Misfit:
            return self._carefully(raw)

    def _fitting(self, raw: bytes) -> list[UsageEventRecord]:
        """All rows of a list, or a _Misfit and nothing noted."""
        try:
            rows = _rows.decode(raw)
            records = [_record(row) for row in rows]
        except (*_NOT_READ, _Misfit):
            raise _Misfit from None
        self.notes.rows += len(rows)
        self.notes.readable += len(rows)
        self._note("", _ROW_PATHS, rows)
        tokens = [row.token_usage for row in rows if row.token_usage]
        self._note("tokenUsage.", _TOKEN_PATHS, tokens)
        return records

    def _note(
        self, above: str, paths: "dict[str, attrgetter[Any]]", rows: list[Any]
    ) -> None:
        """Looks only for what no row had so far."""
        for name, value in paths.items():
            place = (above, name)
            if place not in self._seen and any(value(row) is not UNSET for row in rows):
                self._seen.add(place)
                self.notes.saw_field(above, name)

    def _carefully(self, raw: bytes) -> UsageEventRecord | None:
        try:
            row = _anything.decode(raw)
        except _NOT_READ:
            self.notes.rows += 1
            self.notes.refused(raw.decode(errors="replace"), "The row does not decode.")
            return None
        read = self.notes.read([row], self.careful)
        return read[0] if read else None


_rows = msgspec.json.Decoder(list[_Row])
_each = msgspec.json.Decoder(list[msgspec.Raw])
_anything = msgspec.json.Decoder(float_hook=Decimal)
# Bytes that are no UTF-8, or a number beyond what Decimal holds, count with the rest.
_NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation)
_ROW_PATHS, _TOKEN_PATHS = (
    {f.encode_name: attrgetter(f.name) for f in msgspec.structs.fields(struct)}
    for struct in (_Row, _Tokens)
)
_NO_TOKENS = _Tokens()
_MOST = Decimal(reading.LARGEST_NUMBER)
_LEAST = -_MOST


def _record(row: _Row) -> UsageEventRecord:
    """By place, in the order of the record: millions are made in a backfill."""
    tokens = row.token_usage or _NO_TOKENS
    time = row.timestamp
    if len(time) != 13 or not time.isdecimal():
        raise _Misfit
    return UsageEventRecord(
        int(time),
        _text(row.user_email).lower(),
        _text(row.model),
        _text(row.kind),
        _given(row.max_mode),
        _given(row.is_token_based_call),
        _given(row.is_chargeable),
        _given(row.is_headless),
        _given(row.is_free_bugbot),
        _number(row.requests_costs),
        _given(tokens.input_tokens),
        _given(tokens.output_tokens),
        _given(tokens.cache_write_tokens),
        _given(tokens.cache_read_tokens),
        _number(tokens.total_cents),
        _number(tokens.discount_percent_off),
        _number(row.charged_cents),
        _number(row.cursor_token_fee),
        _text(row.service_account_id),
        _text(row.service_account_name),
        _text(row.conversation_id),
        _text(row.cloud_agent_id),
        _text(row.automation_id),
    )


@lru_cache(4096)
def _text(value: Text) -> str:
    return reading.clean(value) if value else ""


def _given(value: T | None | UnsetType) -> T | None:
    return None if value is UNSET else value


def _number(value: Number) -> Decimal | None:
    if value is None or value is UNSET:
        return None
    if _LEAST < value < _MOST:
        return value
    raise _Misfit
