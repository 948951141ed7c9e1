"""Whose row it is, where the vendor leaves the e-mail out: by the id that it gave.

Ids come in several forms (a number here, `user_…` there), so each place in which an
id stood beside an e-mail is asked, the other rows of the answer first. Who stays
unknown adds up to nobody's share, and no money is lost: rows of different people are
never taken for one.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from django.db.models import QuerySet

from dashboard.adminapi.records import DailyUsageRecord, SpendRecord
from dashboard.models import DailyUsage, Member, SpendSnapshot
from tokens.models import Team

R = TypeVar("R", bound=DailyUsageRecord | SpendRecord)
K = TypeVar("K")


def named(team: Team, records: Collection[R]) -> list[R]:
    """With the e-mails that are known of the ids, where rows lack one."""
    nameless = {r.user_id for r in records if r.user_id and not r.email}
    if not nameless:
        return list(records)
    told = {r.user_id: r.email for r in records if r.user_id in nameless and r.email}
    known = _emails(team, nameless - told.keys()) | told
    return [replace(r, email=r.email or known.get(r.user_id, "")) for r in records]


def _emails(team: Team, ids: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    members = Member.objects.filter(team=team, email__contains="@")
    sources: tuple[QuerySet[DailyUsage] | QuerySet[SpendSnapshot], ...] = (
        DailyUsage.objects.filter(team=team).order_by("day"),
        SpendSnapshot.objects.filter(team=team).order_by("captured_day"),
    )
    for source in sources:
        rows = source.exclude(email="").filter(user_id__in=ids)
        found |= dict(rows.values_list("user_id", "email"))
    by_member = members.filter(external_id__in=ids)
    return found | dict(by_member.values_list("external_id", "email"))


def one_each(
    records: Iterable[R], key: Callable[[R], K], plus: Callable[[R, R], R]
) -> dict[K, R]:
    """One record per key. A row that came twice counts once; rows of one key with
    different ids, or with neither id nor e-mail, are different ones and add up."""
    parts: dict[K, dict[str, R]] = {}
    for record in records:
        mine = parts.setdefault(key(record), {})
        before = mine.get(record.user_id)
        is_nobody = not (record.user_id or record.email)
        mine[record.user_id] = plus(before, record) if before and is_nobody else record
    found = {}
    for of_key, mine in parts.items():
        first, *others = (mine[user_id] for user_id in sorted(mine))
        for other in others:
            first = plus(first, other)
        found[of_key] = first
    return found
