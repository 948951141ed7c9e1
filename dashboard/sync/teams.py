"""Which teams are synced, and the client that reads each of them."""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.pace import Paced, Pacer, Priority, Unpaced
from dashboard.adminapi.pacefiles import InFiles
from dashboard.adminapi.pacestore import InMemory, InRedis, Shared, Store
from dashboard.demo import demo_is_on
from tokens.models import Team


def synced_teams() -> QuerySet[Team]:
    """Teams with a key; the demo's only while the simulator is meant to run."""
    teams = Team.objects.exclude(sync_key="").order_by("pk")
    return teams if demo_is_on() else teams.real()


def open_api(
    team: Team,
    wait: Callable[[float], None] = time.sleep,
    priority: Priority = Priority.USER,
) -> AdminApi:
    """Raises SecretUnreadable when the stored key cannot be opened."""
    key, pace = team.sync_key.reveal(), pacer(team, priority)
    return AdminApi(Http(team.admin_api_url, key, wait=wait, pace=pace))


def pacer(team: Team, priority: Priority) -> Pacer:
    """The demo's simulator refuses nothing unless it is told to, so nobody waits."""
    if team.is_demo or settings.ADMIN_API_PACE == "off":
        return Unpaced()
    store = _store(settings.REDIS_URL, settings.DATA_DIR)
    return Paced(store, f"team-{team.pk}", priority)


@cache
def _store(redis_url: str, data_dir: Path) -> Store:
    """One for the whole process: each job opens a client of its own. Without Redis all
    processes are on one machine."""
    shared = InRedis(redis_url) if redis_url else InFiles(data_dir / "pace")
    return Shared(shared, InMemory())
