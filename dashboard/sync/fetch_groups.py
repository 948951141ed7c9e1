"""Fetch billing groups: each cycle's list, and a few groups' members day by day.

One request tells all groups of a cycle. The days of a group's members cost a request
per group, so they are asked for once a day and a few groups at a time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dashboard.adminapi.errors import KeyMayNot, NotThere, RequestRefused
from dashboard.adminapi.groups import GroupsReport, MemberDays
from dashboard.adminapi.notes import Notes
from dashboard.models import BillingGroup, Stream
from dashboard.sync import coverage
from dashboard.sync.counts import Counts
from dashboard.sync.groups import at_ms, save_days, save_groups
from dashboard.sync.steps import Step, Writer, noting
from dashboard.sync.windows import QUIET_MS, Window
from tokens.models import Team

MOST_CYCLES = 24
DETAILS_A_ROUND = 10
DETAILS_AGAIN = timedelta(hours=20)
# The vendor corrects a cycle for some days after its end.
SETTLED = timedelta(days=3)
NO_ANSWER = (RequestRefused, NotThere, KeyMayNot)
Read = Callable[[date | None], GroupsReport]


@dataclass(frozen=True)
class Detail:
    """Of one group in one cycle; no days when the vendor has none to tell."""

    group_id: str
    cycle_start: datetime
    members: tuple[MemberDays, ...]


def fetch_groups(step: Step) -> Writer:
    notes = Notes()

    def read(day: date | None) -> GroupsReport:
        step.alive()
        return step.api.billing_groups(notes, day)

    reports = read_cycles(step.team, read)
    details = [
        _detail(step, notes, group_id, start)
        for group_id, start in due_details(step.team, reports, step.clock())
    ]

    def write(now: datetime) -> Counts:
        counts = save_groups(step.team, reports, now)
        counts += _save_details(step.team, details, now)
        for report in reports:
            _note_cycle(step.team, report, now)
        return counts

    return noting(step, Stream.GROUPS, notes, write)


def read_cycles(team: Team, read: Read) -> list[GroupsReport]:
    """The running cycle and the one before it, whose spend may still be restated; older
    ones only when they were never read, as far back as there is spend."""
    reports = [read(None)]
    known = set(
        BillingGroup.objects.filter(team=team).values_list("cycle_start", flat=True)
    )
    while len(reports) < MOST_CYCLES:
        start = at_ms(reports[-1].cycle_start_ms)
        try:
            older = read((start - timedelta(days=1)).date())
        except NO_ANSWER:
            break
        if older.cycle_start_ms >= reports[-1].cycle_start_ms or not older.has_spend:
            break
        reports.append(older)
        if at_ms(older.cycle_start_ms) in known:
            break
    return reports


def due_details(
    team: Team, reports: Iterable[GroupsReport], now: datetime
) -> list[tuple[str, datetime]]:
    """Groups whose members' days are to be asked for: those that never were, newest
    cycle first, then those that were longest ago."""
    asked: dict[tuple[str, datetime], datetime | None] = {}
    for report in reports:
        start = at_ms(report.cycle_start_ms)
        asked |= {(group.group_id, start): None for group in report.groups}
    for row in BillingGroup.objects.filter(team=team):
        asked[row.group_id, row.cycle_start] = row.days_read_at
        if row.days_read_at and not _is_due(row, row.days_read_at, now):
            del asked[row.group_id, row.cycle_start]
    named = {key: at for key, at in asked.items() if key[0]}
    newest_first = sorted(named, key=lambda key: key[1], reverse=True)
    newest_first.sort(key=lambda key: named[key] or datetime.min.replace(tzinfo=UTC))
    return newest_first[:DETAILS_A_ROUND]


def _is_due(row: BillingGroup, read_at: datetime, now: datetime) -> bool:
    is_settled = row.cycle_end is not None and read_at > row.cycle_end + SETTLED
    return not is_settled and now - read_at > DETAILS_AGAIN


def _detail(step: Step, notes: Notes, group_id: str, start: datetime) -> Detail:
    step.alive()
    # The second day lies in the cycle whatever hour it starts at.
    day = (start + timedelta(days=1)).date()
    try:
        members = step.api.billing_group_days(notes, group_id, day)
    except NO_ANSWER:
        members = ()
    return Detail(group_id, start, members)


def _save_details(team: Team, details: Iterable[Detail], now: datetime) -> Counts:
    counts = Counts()
    for detail in details:
        mine = BillingGroup.objects.filter(team=team, group_id=detail.group_id)
        group = mine.filter(cycle_start=detail.cycle_start).first()
        if group is not None:
            counts += save_days(group, detail.members, now)
            mine.filter(pk=group.pk).update(days_read_at=now)
    return counts


def _note_cycle(team: Team, report: GroupsReport, now: datetime) -> None:
    """The days of the cycle so far are here."""
    last = int(now.timestamp() * 1000) - QUIET_MS
    if report.cycle_end_ms is not None:
        last = min(last, report.cycle_end_ms - 1)
    window = Window(report.cycle_start_ms, last)
    rows = len(report.groups)
    coverage.note_done(team, Stream.GROUPS, window, now, rows=rows)
