"""The one place that says what a user may see of a team."""

from dataclasses import dataclass

from tokens.models import Team, TeamRole, User


@dataclass(frozen=True)
class Access:
    """What one user may do in one team. All False: the team is none of theirs."""

    sees_team: bool = False
    sees_everyone: bool = False
    manages: bool = False
    leads: bool = False


def access(user: User, team: Team) -> Access:
    """Superusers and admins manage, analysts see everyone; leads see the people of the
    groups that are theirs, and members no one else's numbers."""
    if not user.is_active:
        return Access()
    if user.is_superuser:
        return Access(sees_team=True, sees_everyone=True, manages=True)
    roles = TeamRole.objects.filter(user=user, team=team).values_list("role", flat=True)
    role = roles.first()
    return Access() if role is None else _of(role)


def teams_of(user: User, *related: str) -> list[Team]:
    """The teams a user may open, real ones first; each with its `related` row."""
    return list(granted(user, *related))


def granted(user: User, *related: str) -> dict[Team, Access]:
    """The same teams with what the user may do in each. One query."""
    if user.is_superuser:
        teams = Team.objects.order_by("is_demo", "name").select_related(*related)
        return {team: access(user, team) for team in teams}
    rows = ["team", *(f"team__{name}" for name in related)]
    roles = TeamRole.objects.filter(user=user).select_related(*rows)
    return {
        role.team: _of(role.role) if user.is_active else Access()
        for role in roles.order_by("team__is_demo", "team__name")
    }


def _of(role: str) -> Access:
    admin = role == TeamRole.Role.ADMIN
    return Access(
        sees_team=True,
        sees_everyone=admin or role == TeamRole.Role.ANALYST,
        manages=admin,
        leads=role == TeamRole.Role.LEAD,
    )
