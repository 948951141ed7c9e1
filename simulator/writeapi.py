"""The calls of the Admin API that change something.

Vendor page: https://cursor.com/docs/account/teams/admin-api
"""

from simulator.asking import RefusedError, bad
from simulator.people import Person
from simulator.quirks import number
from simulator.shapes import Json
from simulator.spendlimits import Setting
from simulator.team import Answer, Team


def spend_limit(team: Team, asked: Json) -> Json:
    """Shows in /teams/spend at once, or after the seconds of `delayed`."""
    person = _member(team, asked)
    now = team.world.clock()
    delay = number(team.options("delayed") or {}, "seconds", 60)
    shows = now + int(delay * 1000) if team.options("delayed") is not None else now
    dollars = _dollars(team, asked)
    team.limits.set(Setting(now, shows, person.email, person.number, dollars))
    word = "removed" if dollars is None else f"set to ${dollars}"
    return {"outcome": "success", "message": f"Limit of {person.email} {word}"}


def upsert(team: Team, asked: Json) -> Json:
    repos = asked.get("repos")
    if not isinstance(repos, list) or not all(map(_is_repo, repos)):
        raise bad("repos must be a list of {url, patterns}")
    now = team.world.clock()
    for repo in repos:
        team.blocklists.edit(repo["url"], repo["patterns"], now)
    return {"repos": team.blocklists.repos(now)}


def unblock(team: Team, asked: Json) -> None:
    now = team.world.clock()
    if (url := team.blocklists.url(str(asked["id"]), now)) is None:
        raise RefusedError(404, "Not Found", "There is no such repository")
    team.blocklists.edit(url, None, now)


ANSWERS: dict[tuple[str, str], tuple[str, Answer]] = {
    ("POST", "/teams/user-spend-limit"): ("limit", spend_limit),
    ("POST", "/settings/repo-blocklists/repos/upsert"): ("upsert", upsert),
    ("DELETE", "/settings/repo-blocklists/repos/{id}"): ("unblock", unblock),
}


def _member(team: Team, asked: Json) -> Person:
    email = str(asked.get("userEmail") or "").strip().lower()
    for person in team.world.members():
        if person.email == email:
            return person
    raise _failed(team, 404, "There is no such member")


def _dollars(team: Team, asked: Json) -> int | None:
    """A whole number, or null, which the first generation did not know."""
    dollars = asked.get("spendLimitDollars", "")
    is_whole = isinstance(dollars, int) and not isinstance(dollars, bool)
    if isinstance(dollars, int) and is_whole and dollars >= 0:
        return dollars
    if dollars is None and team.shape.limit_may_be_null:
        return None
    raise _failed(team, 400, "spendLimitDollars must be a whole number from 0")


def _failed(team: Team, status: int, message: str) -> RefusedError:
    """Which status comes with a failure is written nowhere."""
    status = 200 if team.options("failure_with_200") is not None else status
    error = RefusedError(status, "error", message)
    error.body = {"outcome": "error", "message": message}
    return error


def _is_repo(repo: object) -> bool:
    if not isinstance(repo, dict) or not isinstance(repo.get("url"), str):
        return False
    patterns = repo.get("patterns")
    return isinstance(patterns, list) and all(isinstance(p, str) for p in patterns)
