"""Who used what while they were in a local group, or in none."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from dashboard.models import LocalGroupMember
from dashboard.periods import Period
from dashboard.stats.people import SPEND_MEASURES, spend_by_person
from dashboard.stats.rows import By, UsageRow
from dashboard.stats.sources import NO_GROUP, Only
from dashboard.stats.spans import with_days_to_come
from dashboard.stats.usage import Spend, usage, usage_of
from tokens.models import Team

BY = (By.MEMBER, By.KIND)


def times_of(team: Team, only: Only) -> list[LocalGroupMember]:
    """Everybody's time in the group of `only`; for nobody's, in any."""
    found = LocalGroupMember.objects.filter(group__team=team)
    return list(found.filter(group=only.group) if only.group else found)


def spend_in_group(
    team: Team,
    period: Period,
    only: Only,
    times: Iterable[LocalGroupMember],
    today: date,
) -> dict[str, Spend]:
    """By e-mail, of the group of `only` and `times_of` it. Whose time holds the whole
    period is summed like everybody; only for the others each day is looked at."""
    assert only.group is not None
    always, sometimes = _whole_or_part(times, period)
    every = replace(only, group=None)
    rows = _of(team, period, only, sometimes)
    long = with_days_to_come(period, today)
    if only.group == NO_GROUP:
        others = always | sometimes
        rows += usage(team, long, BY, only=every, measures=SPEND_MEASURES, but=others)
    else:
        rows += _of(team, long, every, always)
    return spend_by_person(rows)


def _of(team: Team, period: Period, only: Only, emails: set[str]) -> list[UsageRow]:
    if not emails:
        return []
    return usage_of(team, period, emails, BY, only=only, measures=SPEND_MEASURES)


def _whole_or_part(
    times: Iterable[LocalGroupMember], period: Period
) -> tuple[set[str], set[str]]:
    """Whose time holds all days of the period, and whose some of them."""
    days: defaultdict[str, int] = defaultdict(int)
    for time in times:
        end = min(period.end, time.last_day) if time.last_day else period.end
        inside = (end - max(period.start, time.first_day)).days + 1
        days[time.email] += max(0, inside)
    always = {email for email, count in days.items() if count == len(period)}
    return always, {email for email, count in days.items() if count} - always
