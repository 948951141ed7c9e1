"""Which teams are synced, and the client that reads each of them."""

import time
from collections.abc import Callable

from django.db.models import QuerySet

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.demo import demo_is_on
from tokens.models import Team


def synced_teams() -> QuerySet[Team]:
    """Teams with a key; the demo's only while the simulator is meant to run."""
    teams = Team.objects.exclude(sync_key="").order_by("pk")
    return teams if demo_is_on() else teams.real()


def open_api(team: Team, wait: Callable[[float], None] = time.sleep) -> AdminApi:
    """Raises SecretUnreadable when the stored key cannot be opened."""
    return AdminApi(Http(team.admin_api_url, team.sync_key.reveal(), wait=wait))
