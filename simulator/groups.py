"""Billing groups: who is in which, and what each used on each day of a cycle.

Vendor page: https://cursor.com/docs/account/teams/admin-api (Groups)
"""

from collections import defaultdict
from decimal import Decimal

from simulator.audit import iso_instant
from simulator.days import DAY_MS, cycle_end, cycle_start, day_of, iso
from simulator.people import Person
from simulator.shapes import Json
from simulator.view import View

_NAMES = ("Platform", "Product", "Research")
# People whose number leaves this remainder are in no group.
_OUTSIDE = len(_NAMES)
ByDay = dict[int, Decimal]


class Groups:
    """The groups of the cycle that holds an instant, as of now."""

    def __init__(self, view: View, at_ms: int) -> None:
        self._view, world = view, view.world
        self.start, self.end = cycle_start(at_ms), cycle_end(at_ms)
        self._last = min(self.end - 1, world.clock())
        self._people = world.people(day_of(self.start), day_of(self._last))
        self._spend = self._count(*world.clip(self.start, self._last))

    def all(self) -> Json:
        numbers = range(len(_NAMES))
        return {
            "groups": [self.group(f"group_{n + 1:02}") for n in numbers],
            "unassignedGroup": self._group(_OUTSIDE, "Unassigned", daily=False),
            "billingCycle": {
                "cycleStart": iso_instant(self.start),
                "cycleEnd": iso_instant(self.end),
            },
        }

    def group(self, group_id: str, daily: bool = False) -> Json | None:
        """None: there is none of that id. `daily`: each member's days as well."""
        ids = {f"group_{n + 1:02}": n for n in range(len(_NAMES))}
        if group_id not in ids:
            return None
        number = ids[group_id]
        return {"id": group_id, **self._group(number, _NAMES[number], daily)}

    def _group(self, number: int, name: str, daily: bool) -> Json:
        members = [p for p in self._people if _place(p) == number]
        here = [p for p in members if p.works_on(day_of(self._last))]
        left = [p for p in members if not p.works_on(day_of(self._last))]
        parts = [self._spend[person.key] for person in members]
        parts += [self._spend["service"]] if number == _OUTSIDE else []
        return {
            "name": name,
            "type": "BILLING",
            "directoryGroupId": None,
            "memberCount": len(here),
            "createdAt": iso_instant(self._view.world.first_day * DAY_MS),
            "updatedAt": iso_instant(self.start),
            "spendCents": sum((sum(p.values()) for p in parts), Decimal(0)),
            "currentMembers": [self._member(p, daily) for p in here],
            "formerMembers": [self._member(p, daily) for p in left],
            "dailySpend": _by_date(parts),
        }

    def _member(self, person: Person, daily: bool) -> Json:
        days = self._spend[person.key]
        joined = max(person.first_day, self._view.world.first_day)
        has_left = not person.works_on(day_of(self._last))
        left = iso_instant((person.last_day + 1) * DAY_MS) if has_left else None
        row: Json = {
            "userId": person.user_id,
            "name": person.name,
            "email": person.email,
            "joinedAt": iso_instant(joined * DAY_MS),
            "leftAt": left,
            "spendCents": sum(days.values(), Decimal(0)),
        }
        return {**row, "dailySpend": _by_date([days])} if daily else row

    def _count(self, start_ms: int, end_ms: int) -> defaultdict[str, ByDay]:
        found: defaultdict[str, ByDay] = defaultdict(dict)
        for day in range(day_of(start_ms), day_of(end_ms) + 1):
            for key, used in self._view.used(day, start_ms, end_ms).items():
                found[key][day] = used.overall
        return found


def _place(person: Person) -> int:
    return person.number % (len(_NAMES) + 1)


def _by_date(parts: list[ByDay]) -> list[Json]:
    total: defaultdict[int, Decimal] = defaultdict(Decimal)
    for days in parts:
        for day, cents in days.items():
            total[day] += cents
    return [{"date": iso(day), "spendCents": total[day]} for day in sorted(total)]
