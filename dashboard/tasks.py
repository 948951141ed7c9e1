"""Celery's doors to the sync."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from dashboard.adminapi.pace import Priority
from dashboard.models import Stream
from dashboard.sync import schedule
from dashboard.sync.lease import LeaseLost, LeaseTaken, utc_now
from dashboard.sync.teams import synced_teams
from dashboard.sync.work import work
from tokens.models import Team

log = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Beat's knock: send again what is due or whose worker was lost."""
    schedule.sweep(synced_teams(), utc_now(), send)


@shared_task
def sync_stream(team_id: int, stream: str, queue: str = Priority.HOURLY) -> None:
    """`queue` is the one that it came by: who asks goes before whom at the vendor."""
    team = synced_teams().filter(pk=team_id).first()
    if team is None:
        return
    try:
        work(team, Stream(stream), priority=Priority(queue))
    except (LeaseTaken, LeaseLost) as reason:
        log.info("%s of %s: %s", stream, team, reason)


def send(team: Team, stream: Stream, queue: str) -> None:
    """A broker that is gone costs a delay only: the row says that the work is due."""
    try:
        args = (team.pk, stream.value, queue)
        sync_stream.apply_async(args, queue=queue, retry=False)
    except OperationalError:
        log.warning("The queue does not answer; %s of %s waits.", stream, team)


def ask_now(team: Team) -> str:
    """The “Sync now” button. Returns a sentence for the person who pressed it."""
    return schedule.ask(team, utc_now(), send)
