"""The lists of the Admin API beside people and usage: blocklists, log, groups."""

import datetime as dt

from simulator.asking import RefusedError, bad, pagination
from simulator.audit import AuditLog, instant, iso_instant
from simulator.days import DAY_MS, day_from
from simulator.groups import Groups
from simulator.shapes import Json
from simulator.team import Answer, Team

_SPAN_MS = 30 * DAY_MS
_WEEK_MS = 7 * DAY_MS


def blocklists(team: Team, asked: Json) -> Json:
    return {"repos": team.blocklists.repos(team.world.clock())}


def audit_logs(team: Team, asked: Json) -> Json:
    _refuse_unknown(team, "audit")
    now = team.world.clock()
    start, end = _instant(asked, "startTime", now), _instant(asked, "endTime", now)
    end = now if end is None else end
    start = end - _WEEK_MS if start is None else start
    if not 0 <= end - start <= _SPAN_MS:
        raise bad("The range must not be longer than 30 days")
    page, size = _whole(asked, "page", 1), _whole(asked, "pageSize", 100)
    if not (1 <= size <= 500 and page >= 1):
        raise bad("pageSize must be from 1 to 500")
    log = AuditLog(team.world, team.blocklists, team.limits)
    found = [event for event in log.events(start, end) if _wanted(event, asked)]
    pages = pagination(page, size, len(found), "totalCount", "totalPages", "page")
    return {
        "events": found[(page - 1) * size : page * size],
        "pagination": pages,
        "params": {
            "teamId": 4242,
            "startDate": iso_instant(start),
            "endDate": iso_instant(end),
        },
    }


def groups(team: Team, asked: Json) -> Json:
    _refuse_unknown(team, "groups")
    return _groups(team, asked).all()


def group(team: Team, asked: Json) -> Json:
    _refuse_unknown(team, "group")
    found = _groups(team, asked).group(str(asked["id"]), daily=True)
    if found is None:
        raise RefusedError(404, "Not Found", "There is no such group")
    return {"group": found}


ANSWERS: dict[tuple[str, str], tuple[str, Answer]] = {
    ("GET", "/settings/repo-blocklists/repos"): ("blocklists", blocklists),
    ("GET", "/teams/audit-logs"): ("audit", audit_logs),
    ("GET", "/teams/groups"): ("groups", groups),
    ("GET", "/teams/groups/{id}"): ("group", group),
}


def _refuse_unknown(team: Team, endpoint: str) -> None:
    if endpoint in team.shape.lacks:
        raise RefusedError(404, "Not Found", "There is nothing here")


def _groups(team: Team, asked: Json) -> Groups:
    if (text := asked.get("billingCycle")) is None:
        return Groups(team.billed, team.world.clock())
    try:
        day = day_from(dt.date.fromisoformat(str(text)))
    except ValueError as error:
        raise bad("billingCycle must be YYYY-MM-DD") from error
    # The cycle that begins on the day, or that the day lies in.
    return Groups(team.billed, (day + 1) * DAY_MS - 1)


def _wanted(event: Json, asked: Json) -> bool:
    kinds = _words(asked, "eventTypes")
    users = _words(asked, "users")
    about = str([event["user_email"], event["event_type"], event["event_data"]])
    return (
        (not kinds or event["event_type"] in kinds)
        and (not users or any(user in about for user in users))
        and str(asked.get("search", "")).lower() in about.lower()
    )


def _words(asked: Json, name: str) -> list[str]:
    return [word for word in str(asked.get(name, "")).split(",") if word]


def _instant(asked: Json, name: str, now_ms: int) -> int | None:
    if name not in asked:
        return None
    try:
        return instant(str(asked[name]), now_ms)
    except ValueError as error:
        raise bad(f"{name} could not be read") from error


def _whole(asked: Json, name: str, default: int) -> int:
    text = str(asked.get(name, default))
    if not text.isdigit():
        raise bad(f"{name} must be a whole number")
    return int(text)
