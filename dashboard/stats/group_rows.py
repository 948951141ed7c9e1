"""The team's own groups and everybody's time in them: one query for both."""

from dataclasses import dataclass
from datetime import date

from dashboard.models import LocalGroup
from tokens.models import Team

# (number of a group, e-mail, first day, last day)
Time = tuple[int, str, date, date | None]


@dataclass(frozen=True)
class GroupRows:
    """By name."""

    groups: list[LocalGroup]
    times: list[Time]


def group_rows(team: Team) -> GroupRows:
    rows = LocalGroup.objects.filter(team=team).values_list(
        "pk",
        "name",
        "code",
        "lead_email",
        "archived_at",
        "members__email",
        "members__first_day",
        "members__last_day",
    )
    groups: dict[int, LocalGroup] = {}
    times: list[Time] = []
    for pk, name, code, lead, archived_at, email, first, last in rows:
        groups[pk] = LocalGroup(
            pk=pk,
            team=team,
            name=name,
            code=code,
            lead_email=lead,
            archived_at=archived_at,
        )
        if email is not None:
            times.append((pk, email, first, last))
    return GroupRows(list(groups.values()), times)
