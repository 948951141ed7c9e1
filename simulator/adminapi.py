"""The Admin API's questions and answers, without HTTP.

Each answer takes the team and the decoded request body, and gives the payload
or raises RefusedError. Vendor page: https://cursor.com/docs/account/teams/admin-api
"""

import math
from collections.abc import Callable

import msgspec

from simulator import laterapi, shapes, writeapi
from simulator.asking import bad, date, pagination, paging
from simulator.days import DAY_MS, day_of
from simulator.events import Event
from simulator.rows import ROWS
from simulator.shapes import Json
from simulator.spending import Spend
from simulator.team import Answer, Team
from simulator.view import Line
from simulator.walks import WALKS, Page
from simulator.world import World

# The range of events when none is asked.
_SPAN_MS = 30 * DAY_MS
_HOSTING = {"CLOUD", "SELF_HOSTED", "SELF_HOSTED_POOL", "SELF_HOSTED_MACHINE"}


def members(team: Team, body: Json) -> Json:
    return {"teamMembers": [shapes.member(p) for p in team.world.members()]}


def daily_usage(team: Team, body: Json) -> Json:
    status = 500 if team.shape.text_dates_break_daily else 400
    start, end = date(body, "startDate", status), date(body, "endDate", status)
    if start is None or end is None:
        raise bad("startDate and endDate are required")
    if end < start:
        raise bad("startDate must be before endDate")
    if end - start > team.shape.daily_span_ms:
        most = team.shape.daily_span_ms // DAY_MS
        raise bad(f"Date range cannot exceed {most} days")
    world = team.world
    days = range(
        max(day_of(start), world.first_day), min(day_of(end), world.today()) + 1
    )
    people = world.people(days.start, days.stop - 1) if days else []
    answer: Json = {"period": {"startDate": start, "endDate": end}}
    if not team.shape.daily_is_paged:
        return {"data": team.daily.rows(people, days, idle=True), **answer}
    if "page" not in body and "pageSize" not in body:
        return {"data": team.daily.rows(people, days, idle=False), **answer}
    # Pages count people, not rows: one page may hold thousands of rows.
    page, size = paging(body, default=0, most=1000)
    seen = _walked(team, Page.asked(page, size, len(people)))
    shown = people[seen.skip : seen.skip + seen.rows]
    told = seen.announced
    pages = pagination(page, size, told, "totalUsers", "totalPages", "page")
    rows = team.daily.rows(shown, days, idle=True)
    return {"data": rows, **answer, "pagination": pages}


def spend(team: Team, body: Json) -> Json:
    page, size = paging(body, default=100, most=1000)
    rows = _sorted(_searched(team.billed.spend(), body), body)
    now = team.world.clock()
    seen = _walked(team, Page.asked(page, size, len(rows)))
    return {
        "teamMemberSpend": [
            shapes.spend(row, team.limits.of(row.person.number, now))
            for row in rows[seen.skip : seen.skip + seen.rows]
        ],
        "subscriptionCycleStart": team.world.cycle_start(),
        "totalMembers": seen.announced,
        "totalPages": math.ceil(seen.announced / size),
    }


def events(team: Team, body: Json) -> Json:
    # A date sent as text makes the real service fall over, not complain.
    now = team.world.clock()
    end = date(body, "endDate", 500)
    end = now if end is None else end
    start = date(body, "startDate", 500)
    start = end - _SPAN_MS if start is None else start
    number, size = paging(body, default=team.shape.events_per_page, most=1000)
    if team.rendered and not _filters(team.world, body):
        total, rows = team.rendered.page(start, end, (number - 1) * size, size)
        page = Page.asked(number, size, total)
        return _events(page, msgspec.Raw(rows), start, end)
    page, found = _find(team, body, (start, end), number, size)
    if body.get("email") and team.options("bare_when_filtered") is not None:
        found = [
            Line(msgspec.structs.replace(event, email=""), place)
            for event, place in found
        ]
    return _events(page, [_event(team, line) for line in found], start, end)


ANSWERS: dict[tuple[str, str], tuple[str, Answer]] = {
    ("GET", "/teams/members"): ("members", members),
    ("POST", "/teams/daily-usage-data"): ("daily", daily_usage),
    ("POST", "/teams/spend"): ("spend", spend),
    ("POST", "/teams/filtered-usage-events"): ("events", events),
    **laterapi.ANSWERS,
    **writeapi.ANSWERS,
}


def _events(page: Page, rows: object, start: int, end: int) -> Json:
    pages = pagination(
        page.number, page.size, page.total, "", "numPages", "currentPage"
    )
    return {
        "totalUsageEventsCount": page.announced,
        "pagination": pages,
        "usageEvents": rows,
        "period": {"startDate": start, "endDate": end},
    }


def _find(
    team: Team, body: Json, range_ms: tuple[int, int], number: int, size: int
) -> tuple[Page, list[Line]]:
    wanted = _filters(team.world, body)
    if wanted:
        lines = team.shown.matching(*range_ms, lambda e: all(t(e) for t in wanted))
        page = _walked(team, Page.asked(number, size, len(lines)))
        return page, lines[page.skip : page.skip + page.rows]
    total, found = team.shown.page(*range_ms, (number - 1) * size, size)
    asked = Page.asked(number, size, total)
    page = _walked(team, asked)
    if page.skip != asked.skip:
        _, found = team.shown.page(*range_ms, page.skip, size)
    return page, found[: page.rows]


def _walked(team: Team, page: Page) -> Page:
    for name, options in team.faults:
        page = WALKS[name](page, options) if name in WALKS else page
    return page


def _event(team: Team, line: Line) -> object:
    shape, view = team.shape, team.shown
    row: object = shape.row("events", shapes.event(line.event, _service(team)))
    for quirk in view.quirks:
        pick = view.chosen(quirk.name, line) if quirk.name in ROWS else None
        if pick is not None and isinstance(row, dict):
            row = ROWS[quirk.name](row, pick, quirk.options)
    return row


def _service(team: Team) -> str:
    return team.world.cast.service.name


def _filters(world: World, body: Json) -> list[Callable[[Event], bool]]:
    """One test per filter that was sent; they are joined with "and"."""
    tests: list[Callable[[Event], bool]] = []
    if email := str(body.get("email") or "").strip().lower():
        tests.append(lambda event: event.email.lower() == email)
    if user := body.get("userId"):
        key = str(int(str(user)) - 100_000) if str(user).isdigit() else ""
        tests.append(lambda event: event.person == key)
    if service := body.get("serviceAccountId"):
        tests.append(lambda event: event.service_id == service)
    if agent := body.get("cloudAgentId"):
        tests.append(lambda e: bool(e.cloud_agent) and agent in ("*", e.cloud_agent))
    if body.get("automationId"):
        tests.append(lambda event: False)
    if hosting := body.get("hostingType"):
        if hosting not in _HOSTING:
            raise bad(f"Unknown hostingType: {hosting}")
        tests.append(lambda event: bool(event.cloud_agent) and hosting == "CLOUD")
    return tests


def _searched(rows: list[Spend], body: Json) -> list[Spend]:
    term = str(body.get("searchTerm") or "").lower()
    return [r for r in rows if term in r.person.email or term in r.person.name.lower()]


def _sorted(rows: list[Spend], body: Json) -> list[Spend]:
    keys: dict[object, Callable[[Spend], object]] = {
        "amount": lambda row: row.used.overall,
        "date": lambda row: row.person.first_day,
        "user": lambda row: row.person.name.lower(),
    }
    by, direction = body.get("sortBy", "date"), body.get("sortDirection", "desc")
    if by not in keys:
        raise bad("sortBy must be amount, date or user")
    if direction not in ("asc", "desc"):
        raise bad("sortDirection must be asc or desc")
    key = keys[by]
    ordered = sorted(rows, key=lambda row: row.person.email)
    return sorted(ordered, key=lambda r: (key(r),), reverse=direction == "desc")
