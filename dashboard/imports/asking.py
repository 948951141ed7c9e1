"""What people do with an import: hand a file in, confirm, go on, cancel; and the sweep
that sends again what no worker took, and ends what nobody wants any more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import F

from dashboard.imports import files
from dashboard.imports.hold import free
from dashboard.models import UsageImport
from dashboard.models.imports import UsageImportQuerySet
from dashboard.sync.schedule import SENT_AGAIN_AFTER
from tokens.models import Team

State = UsageImport.State
Send = Callable[[int], None]
# A worker that is killed so often with nothing done will be killed again.
MOST_TRIES = 3
# Who may still be told to go on: its file is here.
RESUMABLE = (State.READY, State.FAILED, State.IMPORTING, State.READING)


def hand_in(
    team: Team,
    upload: TemporaryUploadedFile,
    owner: str,
    actor: str,
    now: datetime,
    send: Send,
) -> UsageImport:
    one = UsageImport.objects.create(
        team=team,
        actor=actor,
        file_name=(upload.name or "")[:200],
        owner=owner,
        size=upload.size or 0,
        stored=files.keep(upload),
        created_at=now,
        state=State.READING,
        due_at=now + SENT_AGAIN_AFTER,
    )
    send(one.pk)
    return one


def go(one: UsageImport, now: datetime, send: Send) -> bool:
    """Import it, or go on with what was cut off. False when there is nothing to go on
    with, or a worker is at it."""
    values: dict[str, Any] = {"state": State.READING}
    if one.confirmed_at:
        values = {"state": State.IMPORTING}
    elif one.state == State.READY:
        values = {"state": State.IMPORTING, "confirmed_at": now, **_NOTHING_YET}
    taken = (
        _at(one)
        .filter(free(now))
        .update(
            **values,
            leased_until=None,
            due_at=now + SENT_AGAIN_AFTER,
            finished_at=None,
            sentence="",
            tries=0,
            fence=F("fence") + 1,
        )
    )
    if taken:
        send(one.pk)
    return bool(taken)


_NOTHING_YET = {"inserted": 0, "updated": 0, "unchanged": 0, "bytes_read": 0}


def _at(one: UsageImport) -> UsageImportQuerySet:
    """As it was when it was looked at, and with its file here."""
    same = UsageImport.objects.filter(pk=one.pk, fence=one.fence, state=one.state)
    return same.filter(state__in=RESUMABLE).exclude(stored="")


def cancel(one: UsageImport, now: datetime) -> bool:
    """A worker that is at it stops before its next day. False when it has ended."""
    cancelled = _at(one).update(
        state=State.CANCELLED,
        stored="",
        leased_until=None,
        due_at=None,
        finished_at=now,
        sentence="",
        fence=F("fence") + 1,
    )
    if cancelled:
        files.drop(one.stored)
    return bool(cancelled)


def sweep(now: datetime, send: Send) -> None:
    for one in UsageImport.objects.at_work().filter(due_at__lte=now).filter(free(now)):
        if one.tries >= MOST_TRIES:
            _give_up(one, now)
        elif _claim(one, now):
            send(one.pk)
    _expire(now)
    files.clear(now)


def _claim(one: UsageImport, now: datetime) -> bool:
    """Compare-and-set on the due time: of several sweeps only one sends."""
    same = UsageImport.objects.filter(pk=one.pk, due_at=one.due_at, fence=one.fence)
    return bool(same.update(due_at=now + SENT_AGAIN_AFTER))


def _give_up(one: UsageImport, now: datetime) -> None:
    sentence = (
        f"The worker ended {one.tries} times in the middle of it. Look into its log "
        "and at the computer's memory, then go on."
    )
    UsageImport.objects.filter(pk=one.pk, fence=one.fence).update(
        state=State.FAILED, sentence=sentence, leased_until=None, finished_at=now
    )


def _expire(now: datetime) -> None:
    """After a day its file goes, and with it the way to go on."""
    old = UsageImport.objects.filter(created_at__lte=now - files.KEPT_FOR)
    for one in old.filter(state__in=RESUMABLE).filter(free(now)).exclude(stored=""):
        files.drop(one.stored)
        old.filter(pk=one.pk, fence=one.fence).update(
            state=State.EXPIRED, stored="", due_at=None, leased_until=None
        )
