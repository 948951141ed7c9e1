"""The endpoints that are read, whole: paging, slices and fall-backs inside."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

from dashboard.adminapi import auditlog, blocklists, groups, reading
from dashboard.adminapi.errors import KeyMayNot, NotThere, RequestRefused
from dashboard.adminapi.groups import GroupsReport
from dashboard.adminapi.http import Http
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.paging import DAILY, SPEND, read_pages
from dashboard.adminapi.probe import Probe, probe
from dashboard.adminapi.reading import Json
from dashboard.adminapi.records import (
    DailyUsageRecord,
    MemberRecord,
    SpendRecord,
    SpendReport,
)
from dashboard.adminapi.refusals import ANOTHER_KIND, NOT_THE_API
from dashboard.adminapi.walk import Walk

DAY_MS = 86_400_000
LONGEST_SLICE_MS = 30 * DAY_MS


class AdminApi:
    """Reads a team's data. Windows are closed: both ends are inclusive, in Unix ms."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def close(self) -> None:
        self._http.close()

    @property
    def clock(self) -> str | None:
        """A sentence when our clock disagrees with the vendor's, else empty; None
        before the first answer."""
        return self._http.clock

    def members(self, notes: Notes) -> tuple[MemberRecord, ...]:
        """Every team has members: without them the address is not the Admin API's."""
        try:
            answer = self._http.json("GET", "/teams/members")
        except NotThere:
            raise NotThere(NOT_THE_API.format(what="“not found”")) from None
        except KeyMayNot:
            raise KeyMayNot(ANOTHER_KIND) from None
        rows = reading.items(answer, "teamMembers")
        return tuple(notes.read(rows, MemberRecord.read))

    def blocklists(self, notes: Notes) -> tuple[blocklists.BlocklistRecord, ...]:
        return blocklists.read_all(self._get, notes)

    def audit_log(
        self, start_ms: int, end_ms: int, notes: Notes
    ) -> tuple[auditlog.AuditRecord, ...]:
        return auditlog.read_span(self._get, start_ms, end_ms, notes)

    def billing_groups(self, notes: Notes, day: date | None = None) -> GroupsReport:
        """Of the cycle that a day lies in; of the running one without a day."""
        return groups.read_cycle(self._get, notes, day)

    def billing_group_days(
        self, notes: Notes, group_id: str, day: date
    ) -> tuple[groups.MemberDays, ...]:
        """What each member of a group spent on each day of the cycle of that day."""
        return groups.read_days(self._get, notes, group_id, day)

    def probe(
        self, now: Callable[[], datetime], only: Collection[str] | None = None
    ) -> Probe:
        """What the key can read; `only`: names of streams."""
        return probe(self._http, now, only)

    def _get(self, path: str) -> Any:
        return self._http.json("GET", path)

    def daily_usage(
        self, start_ms: int, end_ms: int, notes: Notes
    ) -> tuple[DailyUsageRecord, ...]:
        """Every member's day in the window, in slices of at most 30 days."""
        rows: list[Any] = []
        for start in range(start_ms, end_ms + 1, LONGEST_SLICE_MS):
            rows += self._daily_slice(start, min(start + LONGEST_SLICE_MS - 1, end_ms))
        return tuple(notes.read(rows, DailyUsageRecord.read))

    def _daily_slice(self, start_ms: int, end_ms: int) -> list[Any]:
        """A slice that the vendor finds too long is halved, down to a day."""
        query = {"startDate": start_ms, "endDate": end_ms}
        days = (end_ms - start_ms + 1) // DAY_MS
        sizes = DAILY.sizes[:1] if days > 1 else DAILY.sizes
        try:
            pages = read_pages(self._http, DAILY, query, sizes)
            return [row for page in pages for row in reading.items(page, DAILY.rows)]
        except RequestRefused:
            if days < 2:
                raise
        middle = start_ms + days // 2 * DAY_MS
        first = self._daily_slice(start_ms, middle - 1)
        return first + self._daily_slice(middle, end_ms)

    def spend(self, notes: Notes) -> SpendReport:
        """The spend gauge of every member in the running billing cycle."""
        query = {"sortBy": "user", "sortDirection": "asc"}
        pages = read_pages(self._http, SPEND, query, SPEND.sizes)
        notes.saw_answer(pages[0])
        rows = [row for p in pages for row in reading.items(p, SPEND.rows)]
        return SpendReport(
            cycle_start_ms=_cycle_start(pages[0]),
            records=tuple(notes.read(rows, SpendRecord.read)),
        )

    def events(self, start_ms: int, end_ms: int) -> Walk:
        """A walk over all events of the window; one walk may not be enough."""
        return Walk(self._http, start_ms, end_ms)


def _cycle_start(page: Json) -> int | None:
    if page.get("subscriptionCycleStart") is None:
        return None
    return reading.instant_ms(page, "subscriptionCycleStart")
