"""The audit log: who came and went, signed in, and changed limits and lists.

Vendor page: https://cursor.com/docs/account/teams/admin-api#get-audit-logs
"""

import datetime as dt
import re
from collections.abc import Iterator
from hashlib import sha256

from simulator.blocklists import Blocklists
from simulator.days import DAY_MS, day_of
from simulator.people import Person
from simulator.shapes import Json
from simulator.spendlimits import SpendLimits
from simulator.world import World

HOUR_MS = 3_600_000
_UNITS = {"s": 1000, "m": 60_000, "h": HOUR_MS, "d": DAY_MS}
Entry = tuple[int, str, str, Json]


class AuditLog:
    """Made from the world when it is asked for; nothing is kept."""

    def __init__(
        self, world: World, blocklists: Blocklists, limits: SpendLimits
    ) -> None:
        self._world, self._blocklists, self._limits = world, blocklists, limits

    def events(self, start_ms: int, end_ms: int) -> list[Json]:
        """Newest first, both ends inclusive."""
        start, end = self._world.clip(start_ms, end_ms)
        entries = [*self._of_people(start, end), *self._of_changes(start, end)]
        found = [entry for entry in entries if start <= entry[0] <= end]
        return [_event(*entry) for entry in sorted(found, key=_order, reverse=True)]

    def _of_people(self, start: int, end: int) -> Iterator[Entry]:
        people = self._world.people(day_of(start) - 1, day_of(end))
        owner = self._world.cast.on(day_of(end))[0].email
        for person in people:
            about: Json = {"user_id": person.user_id, "user_email": person.email}
            added = person.first_day * DAY_MS + 7 * HOUR_MS
            left = (person.last_day + 1) * DAY_MS - HOUR_MS // 2
            yield added, "add_user", owner, {**about, "role": person.role}
            yield left, "remove_user", owner, about
            for day in range(day_of(start), day_of(end) + 1):
                if (day + person.number) % 7 == 0 and person.works_on(day):
                    yield _signs_in(person, day), "login", person.email, {}

    def _of_changes(self, start: int, end: int) -> Iterator[Entry]:
        owner = self._world.cast.on(day_of(end))[0].email
        for edit in self._blocklists.revisions(start, end):
            patterns = None if edit.patterns is None else list(edit.patterns)
            yield (
                edit.at_ms,
                "team_repo",
                owner,
                {"url": edit.url, "patterns": patterns},
            )
        for set_to in self._limits.settings:
            limit: Json = {"user_email": set_to.email, "limit_dollars": set_to.dollars}
            yield set_to.at_ms, "user_spend_limit", owner, limit


def instant(text: str, now_ms: int) -> int:
    """now, today, yesterday, 7d, 5h, 300s, ISO 8601, a date, seconds or ms."""
    today = day_of(now_ms) * DAY_MS
    words = {"now": now_ms, "today": today, "yesterday": today - DAY_MS}
    if text in words:
        return words[text]
    if ago := re.fullmatch(r"(\d+)([smhd])", text):
        return now_ms - int(ago[1]) * _UNITS[ago[2]]
    if text.isdigit():
        return int(text) if len(text) > 11 else int(text) * 1000
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return int(moment.timestamp() * 1000)


def iso_instant(at_ms: int) -> str:
    moment = dt.datetime.fromtimestamp(at_ms // 1000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def _signs_in(person: Person, day: int) -> int:
    return day * DAY_MS + (8 - person.zone) % 24 * HOUR_MS + person.number % 3600 * 1000


def _event(at_ms: int, kind: str, email: str, about: Json) -> Json:
    name = sha256(f"{at_ms}:{kind}:{email}:{about}".encode()).hexdigest()[:24]
    return {
        "event_id": f"evt_{name}",
        "timestamp": iso_instant(at_ms),
        "ip_address": f"192.0.2.{int(name[:2], 16)}",
        "user_email": email,
        "event_type": kind,
        "event_data": about,
    }


def _order(entry: Entry) -> tuple[int, str, str, str]:
    at_ms, kind, email, about = entry
    return at_ms, kind, email, str(about)
