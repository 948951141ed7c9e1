"""Celery's doors to the sync."""

import logging
from collections.abc import Callable

from celery import Signature, shared_task
from kombu.exceptions import OperationalError

from dashboard.imports import asking as importing
from dashboard.imports.work import work as work_on_import
from dashboard.models import Stream, SyncRun, SyncState
from dashboard.sync import asking, capability, schedule
from dashboard.sync.lease import LeaseLost, LeaseTaken, utc_now
from dashboard.sync.run import Outcome
from dashboard.sync.teams import synced_teams
from dashboard.sync.work import backfill_turn, work
from dashboard.watching import watch_reconciliation
from tokens.crypto import SecretUnreadable
from tokens.models import Team

log = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Beat's knock: send again what is due or whose worker was lost."""
    schedule.sweep(synced_teams(), utc_now(), send)
    importing.sweep(utc_now(), send_import)
    for team in capability.to_probe(synced_teams(), utc_now()):
        _put(probe.s(team.pk), schedule.BACKFILL, f"The probe of {team}")


@shared_task
def probe(team_id: int) -> None:
    """What could not be found out when a key was tried, once more."""
    for team in synced_teams().filter(pk=team_id):
        try:
            capability.probe(team)
        except SecretUnreadable as error:
            log.warning("The key of %s was not tried: %s", team, error)


@shared_task
def sync_stream(team_id: int, stream: str, queue: str = schedule.HOURLY) -> None:
    asked_for = queue == schedule.USER
    reason = SyncRun.Reason.USER if asked_for else SyncRun.Reason.SCHEDULE
    if _is_due(team_id, stream):
        _do(team_id, stream, lambda team, s: work(team, s, reason=reason))
        if stream == Stream.SPEND:
            for team in synced_teams().filter(pk=team_id):
                watch_reconciliation(team, utc_now())
    _go_on_at_once(team_id)


@shared_task
def backfill(team_id: int, stream: str) -> None:
    """Gives way to what is due."""
    if not _is_due(team_id, stream):
        _do(team_id, stream, backfill_turn)
    _go_on_at_once(team_id)


def _is_due(team_id: int, stream: str) -> bool:
    """A message that came twice, or late, may find that it is not any more."""
    states = SyncState.objects.filter(team_id=team_id, stream=stream)
    return any(schedule.is_due(state, utc_now()) for state in states)


def _do(team_id: int, stream: str, job: Callable[[Team, Stream], Outcome]) -> None:
    team = synced_teams().filter(pk=team_id).first()
    if team is None:
        return
    try:
        job(team, Stream(stream))
    except (LeaseTaken, LeaseLost) as reason:
        log.info("%s of %s: %s", stream, team, reason)


def _go_on_at_once(team_id: int) -> None:
    """A backfill takes its next turn now rather than with the next sweep."""
    schedule.sweep(synced_teams().filter(pk=team_id), utc_now(), send)


def send(team: Team, stream: Stream, queue: str) -> None:
    """A broker that is gone costs a delay only: the row says that the work is due."""
    back = queue == schedule.BACKFILL
    message = (
        backfill.s(team.pk, stream.value)
        if back
        else sync_stream.s(team.pk, stream.value, queue)
    )
    _put(message, queue, f"{stream} of {team}")


def _put(message: Signature, queue: str, what: str) -> None:
    try:
        message.apply_async(queue=queue, retry=False)
    except OperationalError:
        log.warning("The queue does not answer; %s waits.", what)


@shared_task
def usage_import(pk: int) -> None:
    work_on_import(pk)


def send_import(pk: int) -> None:
    _put(usage_import.s(pk), schedule.USER, f"The import {pk}")


def ask_now(team: Team, only: Stream | None = None) -> str:
    """The “Sync now” buttons. Returns a sentence for the person who pressed."""
    return asking.ask(team, utc_now(), send, only)
