"""The team that is meant where none is named, and whose the token files are."""

from django.conf import settings

from tokens.models import Team
from tokens.models.teams import DEFAULT_ADMIN_API_URL


def oldest_real() -> Team | None:
    return Team.objects.real().order_by("pk").first()


def oldest_real_or_new() -> Team:
    """Without a real team, team “Default” is made, which has no Admin API key."""
    return oldest_real() or default_team()


def default_team() -> Team:
    return Team.objects.get_or_create(
        slug="default",
        defaults={
            "name": "Default",
            "admin_api_url": settings.CURSOR_ADMIN_API_URL or DEFAULT_ADMIN_API_URL,
            "time_zone": settings.TIME_ZONE,
        },
    )[0]
