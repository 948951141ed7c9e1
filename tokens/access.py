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
    role = TeamRole.objects.filter(user=user, team=team).first()
    if role is None:
        return Access()
    admin = role.role == TeamRole.Role.ADMIN
    analyst = role.role == TeamRole.Role.ANALYST
    return Access(
        sees_team=True,
        sees_everyone=admin or analyst,
        manages=admin,
        leads=role.role == TeamRole.Role.LEAD,
    )


def teams_of(user: User, *related: str) -> list[Team]:
    """The teams a user may open, real ones first; each with its `related` row."""
    teams = Team.objects.order_by("is_demo", "name").select_related(*related)
    if not user.is_superuser:
        teams = teams.filter(roles__user=user)
    return list(teams)
