"""Whose usage a user may see."""

from datetime import date

from django.db.models import Q, QuerySet

from dashboard.models import LocalGroup, LocalGroupMember
from tokens.access import Access
from tokens.models import Team, User, normal_email


def sees(user: User, team: Team, granted: Access, email: str, today: date) -> bool:
    """Everybody sees themselves. Usage without an e-mail is nobody's."""
    if granted.sees_everyone:
        return True
    if not granted.sees_team or not email:
        return False
    if email == normal_email(user.email):
        return True
    return granted.leads and _led(user, team, today).filter(email=email).exists()


def led(user: User, team: Team, granted: Access, today: date) -> list[str]:
    """The e-mails of the people whom a lead leads."""
    if not granted.leads:
        return []
    found = _led(user, team, today).order_by("email")
    return list(found.values_list("email", flat=True).distinct())


def groups_led(user: User, team: Team, granted: Access) -> list[LocalGroup]:
    """By name; closed ones are nobody's to lead."""
    if not granted.leads:
        return []
    found = LocalGroup.objects.filter(team=team, archived_at=None)
    return list(found.filter(lead_email__iexact=user.email).order_by("name"))


def _led(user: User, team: Team, today: date) -> QuerySet[LocalGroupMember]:
    """Who is today in a group whose lead is the user: who left it is no longer theirs
    to look at."""
    return LocalGroupMember.objects.filter(
        Q(last_day=None) | Q(last_day__gte=today),
        group__team=team,
        group__archived_at=None,
        group__lead_email__iexact=user.email,
        first_day__lte=today,
    )
