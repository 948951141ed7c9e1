"""The table that the pages of a window wait in until the window is whole.

It is temporary, so it belongs to one connection, costs no write-ahead log, and is gone
with a worker that is killed. Rows go in by COPY (PostgreSQL) or executemany (SQLite);
nothing of a window is kept in memory but a few pages.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import connection

from dashboard.adminapi.reading import day_of
from dashboard.adminapi.records import UsageEventRecord
from dashboard.models import UsageEvent
from dashboard.models.cents import ONE
from dashboard.sync.copytext import BETWEEN, fields, options
from dashboard.sync.identity import (
    event_kind,
    fingerprint,
    payload_hash,
    payload_text,
)

# In the order of UsageEventRecord's fields.
PLAIN = (
    "timestamp_ms",
    "email",
    "model",
    "raw_kind",
    "max_mode",
    "is_token_based_call",
    "is_chargeable",
    "is_headless",
    "is_free_bugbot",
    "requests_costs",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "model_cents",
    "discount_percent",
    "charged_cents",
    "token_fee_cents",
    "service_account_id",
    "service_account_name",
    "conversation_id",
    "cloud_agent_id",
    "automation_id",
)
DERIVED = ("cost_cents", "kind", "day", "fingerprint", "payload_hash")
COLUMNS = (*PLAIN, *DERIVED)
FILLED = ("seq", "ordinal", *COLUMNS)
_MONEY = [
    PLAIN.index(name) for name in PLAIN if name.endswith(("_cents", "_costs"))
] + [PLAIN.index("discount_percent")]
_MODEL, _CHARGED = PLAIN.index("model_cents"), PLAIN.index("charged_cents")
_TEXTS = (
    *("email", "model", "raw_kind", "kind", "service_account_id"),
    *("service_account_name", "conversation_id", "cloud_agent_id", "automation_id"),
)
_COPY = options(_TEXTS)
NAME = "staged_event"
# Until equal rows are numbered, a row that perhaps came before has 1 for its ordinal.
TWINS = f"fingerprint IN (SELECT fingerprint FROM {NAME} WHERE ordinal > 0)"
# One byte of memory for each; two fingerprints that share one only cost a second look.
PLACES = 1 << 24
# Characters that wait in memory for a COPY.
ROOM = 4 * 1024 * 1024


class Staging:
    """One at a time on a connection; starting another one takes this one's place.

    `rows` counts the rows that came, `signature` is the same for the same rows in any
    order.
    """

    def __init__(self) -> None:
        self._forget()
        self._is_sqlite = connection.vendor == "sqlite"
        self._kinds: dict[str, str] = {}
        self._days: dict[int, str] = {}

    def start(self) -> "Staging":
        columns = ", ".join(f"{name} {_type(name)}" for name in COLUMNS)
        self.drop()
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {NAME} (seq integer"
                f"{' PRIMARY KEY' if self._is_sqlite else ''}, "
                "ordinal integer NOT NULL, event_id bigint, "
                f"same boolean NOT NULL DEFAULT {'0' if self._is_sqlite else 'false'}, "
                f"{columns})"
            )
        return self

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {NAME}")

    def clear(self) -> None:
        """Before the window is walked again."""
        if self.rows:
            self._forget()
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {NAME}")

    def _forget(self) -> None:
        self.rows = self.signature = 0
        self._waiting: list[str] = []
        self._room = ROOM
        self._seen = bytearray(PLACES)

    def skip(self) -> None:
        """A row came that cannot be staged; it keeps its place on its page."""
        self.rows += 1

    def repeats_across_pages(self, size: int) -> bool:
        """Of the rows in the table: whether equal ones stand on different pages, twins
        that a border parts or one row that moved over it."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {NAME} WHERE {TWINS} "
                "GROUP BY fingerprint, payload_hash "
                "HAVING COUNT(*) > 1 AND MIN((seq - 1) / %s) <> MAX((seq - 1) / %s) "
                "LIMIT 1",
                (size, size),
            )
            return cursor.fetchone() is not None

    def add(self, records: Iterable[UsageEventRecord]) -> None:
        """They are in the table after the next `flush`."""
        if self._is_sqlite:
            self._insert(self._lines(records))
            return
        for line in self._texts(records):
            self._waiting.append(line)
            self._room -= len(line)
        if self._room <= 0:
            self._copy()

    def flush(self) -> None:
        if self._waiting:
            self._copy()

    def _copy(self) -> None:
        """Several pages at once: each COPY costs a way there and back."""
        statement = f"COPY {NAME} ({', '.join(FILLED)}) FROM STDIN ({_COPY})"
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(statement) as copy,
        ):
            copy.write("".join(self._waiting))
        self._waiting, self._room = [], ROOM

    def _insert(self, rows: Iterator[tuple[Any, ...]]) -> None:
        """In a deferred transaction, which locks the temporary database alone."""
        own = not connection.in_atomic_block
        marks = ", ".join("?" * len(FILLED))
        with connection.cursor() as cursor, connection.wrap_database_errors:
            bare = cursor.cursor.connection.cursor()
            if own:
                bare.execute("BEGIN DEFERRED")
            bare.executemany(
                f"INSERT INTO {NAME} ({', '.join(FILLED)}) VALUES ({marks})", rows
            )
            if own:
                bare.execute("COMMIT")

    def _texts(self, records: Iterable[UsageEventRecord]) -> Iterator[str]:
        """As PostgreSQL takes them."""
        for record in records:
            given = record.values()
            text, print_ = payload_text(given), fingerprint(record)
            seq, payload = self._next(text)
            yield (
                f"{seq}{BETWEEN}{self._came_before(print_)}{BETWEEN}"
                f"{fields(given, text)}{BETWEEN}{record.cost_cents}{BETWEEN}"
                f"{self._kind(record.raw_kind)}{BETWEEN}"
                f"{self._day(record.timestamp_ms)}{BETWEEN}"
                f"\\x{print_.hex()}{BETWEEN}\\x{payload.hex()}\n"
            )

    def _lines(self, records: Iterable[UsageEventRecord]) -> Iterator[tuple[Any, ...]]:
        """As SQLite takes them."""
        for record in records:
            given = record.values()
            print_, (seq, payload) = (
                fingerprint(record),
                self._next(payload_text(given)),
            )
            values = list(given)
            for place in _MONEY:
                if values[place] is not None:
                    values[place] = self._scaled(values[place])
            yield (
                seq,
                self._came_before(print_),
                *values,
                values[_MODEL if record.charged_cents is None else _CHARGED],
                self._kind(record.raw_kind),
                self._day(record.timestamp_ms),
                print_,
                payload,
            )

    def _next(self, text: str) -> tuple[int, bytes]:
        """The number and the payload's hash of a row with this payload."""
        payload = payload_hash(text)
        self.rows += 1
        self.signature += int.from_bytes(payload)
        return self.rows, payload

    def _came_before(self, print_: bytes) -> int:
        """0 for no, 1 for perhaps."""
        place = hash(print_) % PLACES
        before, self._seen[place] = self._seen[place], 1
        return before

    @staticmethod
    def _scaled(value: Decimal) -> int:
        """Half to even, as `exact` rounds."""
        return round(value * ONE)

    def _kind(self, raw: str) -> str:
        kind = self._kinds.get(raw)
        if kind is None:
            kind = self._kinds[raw] = event_kind(raw).value
        return kind

    def _day(self, ms: int) -> str:
        number = ms // 86_400_000
        day = self._days.get(number)
        if day is None:
            day = self._days[number] = day_of(ms).isoformat()
        return day


def _type(name: str) -> str:
    return UsageEvent._meta.get_field(name).db_type(connection) or ""
