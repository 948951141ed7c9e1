"""The Admin API's questions and answers, without HTTP.

Each answer takes the team and the decoded request body, and gives the payload
or raises RefusedError. Vendor page: https://cursor.com/docs/account/teams/admin-api
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from simulator import shapes
from simulator.daily import DailyUsage
from simulator.days import DAY_MS, day_of
from simulator.events import Event
from simulator.generations import Generation
from simulator.quirks import Options
from simulator.rows import ROWS
from simulator.shapes import Json
from simulator.view import Line, View
from simulator.walks import WALKS, Page
from simulator.world import Spend, World

# The longest range of daily usage, and the range of events when none is asked.
_SPAN_MS = 30 * DAY_MS
_HOSTING = {"CLOUD", "SELF_HOSTED", "SELF_HOSTED_POOL", "SELF_HOSTED_MACHINE"}
_REPOS = (
    ("repo_01", "https://github.com/example/payments", ("*.env", "secrets/*")),
    ("repo_02", "https://github.com/example/infrastructure", ("*",)),
    ("repo_03", "https://gitlab.com/example/research", ("**/*.key", "data/raw/*")),
)


class RefusedError(Exception):
    """A request that the API answers with an error status and body."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message


def _bad(message: str) -> RefusedError:
    return RefusedError(400, "Bad Request", message)


@dataclass(frozen=True, slots=True)
class Team:
    """What answers are made from: the world, and how it is shown to this caller.

    `billed` holds what was used, `shown` what the list of events makes of it.
    """

    world: World
    daily: DailyUsage
    billed: View
    shown: View
    shape: Generation
    walks: tuple[tuple[str, Options], ...] = ()


Answer = Callable[[Team, Json], Json]


def members(team: Team, body: Json) -> Json:
    return {"teamMembers": [shapes.member(p) for p in team.world.members()]}


def blocklists(team: Team, body: Json) -> Json:
    return {"repos": [{"id": i, "url": u, "patterns": list(p)} for i, u, p in _REPOS]}


def daily_usage(team: Team, body: Json) -> Json:
    status = 500 if team.shape.text_dates_break_daily else 400
    start, end = _date(body, "startDate", status), _date(body, "endDate", status)
    if start is None or end is None:
        raise _bad("startDate and endDate are required")
    if end < start:
        raise _bad("startDate must be before endDate")
    if end - start > team.shape.daily_span_ms:
        most = team.shape.daily_span_ms // DAY_MS
        raise _bad(f"Date range cannot exceed {most} days")
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
    page, size = _paging(body, default=0, most=1000)
    shown = people[(page - 1) * size : page * size]
    pagination = _pagination(
        page, size, len(people), "totalUsers", "totalPages", "page"
    )
    rows = team.daily.rows(shown, days, idle=True)
    return {"data": rows, **answer, "pagination": pagination}


def spend(team: Team, body: Json) -> Json:
    page, size = _paging(body, default=100, most=1000)
    rows = _sorted(_searched(team.billed.spend(), body), body)
    return {
        "teamMemberSpend": [
            shapes.spend(row) for row in rows[(page - 1) * size : page * size]
        ],
        "subscriptionCycleStart": team.world.cycle_start(),
        "totalMembers": len(rows),
        "totalPages": math.ceil(len(rows) / size),
    }


def events(team: Team, body: Json) -> Json:
    # A date sent as text makes the real service fall over, not complain.
    now = team.world.clock()
    end = _date(body, "endDate", 500)
    end = now if end is None else end
    start = _date(body, "startDate", 500)
    start = end - _SPAN_MS if start is None else start
    number, size = _paging(body, default=team.shape.events_per_page, most=1000)
    page, found = _find(team, body, (start, end), number, size)
    return {
        "totalUsageEventsCount": page.announced,
        "pagination": _pagination(
            number, size, page.total, "", "numPages", "currentPage"
        ),
        "usageEvents": [_event(team, line) for line in found],
        "period": {"startDate": start, "endDate": end},
    }


ANSWERS: dict[tuple[str, str], tuple[str, Answer]] = {
    ("GET", "/teams/members"): ("members", members),
    ("POST", "/teams/daily-usage-data"): ("daily", daily_usage),
    ("POST", "/teams/spend"): ("spend", spend),
    ("POST", "/teams/filtered-usage-events"): ("events", events),
    ("GET", "/settings/repo-blocklists/repos"): ("blocklists", blocklists),
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
    for name, options in team.walks:
        page = WALKS[name](page, options)
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
            raise _bad(f"Unknown hostingType: {hosting}")
        tests.append(lambda event: bool(event.cloud_agent) and hosting == "CLOUD")
    return tests


def _date(body: Json, name: str, status_for_text: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, str) and status_for_text == 400 and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = "Bad Request" if status_for_text == 400 else "Internal Server Error"
        raise RefusedError(status_for_text, kind, f"{name} could not be read")
    return int(value)


def _paging(body: Json, default: int, most: int) -> tuple[int, int]:
    """`default` 0: both must be sent."""
    page, size = body.get("page", 1), body.get("pageSize", default)
    if not default and not {"page", "pageSize"} <= body.keys():
        raise _bad("page and pageSize must be sent together")
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise _bad("page must be a whole number from 1")
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= most:
        raise _bad(f"pageSize must be a whole number from 1 to {most}")
    return page, size


def _pagination(
    page: int, size: int, total: int, count: str, pages: str, current: str
) -> Json:
    last = math.ceil(total / size)
    counted: Json = {count: total} if count else {}
    return {
        pages: last,
        current: page,
        "pageSize": size,
        **counted,
        "hasNextPage": page < last,
        "hasPreviousPage": page > 1,
    }


def _searched(rows: list[Spend], body: Json) -> list[Spend]:
    term = str(body.get("searchTerm") or "").lower()
    return [r for r in rows if term in r.person.email or term in r.person.name.lower()]


def _sorted(rows: list[Spend], body: Json) -> list[Spend]:
    keys: dict[object, Callable[[Spend], object]] = {
        "amount": lambda row: row.overall,
        "date": lambda row: row.person.first_day,
        "user": lambda row: row.person.name.lower(),
    }
    by, direction = body.get("sortBy", "date"), body.get("sortDirection", "desc")
    if by not in keys:
        raise _bad("sortBy must be amount, date or user")
    if direction not in ("asc", "desc"):
        raise _bad("sortDirection must be asc or desc")
    key = keys[by]
    ordered = sorted(rows, key=lambda row: row.person.email)
    return sorted(ordered, key=lambda r: (key(r),), reverse=direction == "desc")
