"""Which tokens are to be checked, and which will soon be of no use.

What is due stands in `check_at`; Celery carries it, and a message that was lost is
sent again by the next sweep. The check itself lives above, with the upstreams.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from celery import current_app
from kombu.exceptions import OperationalError

from tokens.attention import open_attention
from tokens.models import Attention, UpstreamToken
from tokens.poolstore import RECHECK, subject

log = logging.getLogger(__name__)
TASK, QUEUE = "proxy.tasks.check_token", "user"
SENT_AGAIN_AFTER = timedelta(minutes=2)
LONGEST_RECHECK = timedelta(hours=6)
EXPIRES_KIND = "upstream_token_expires"
# Long enough ahead to sign in again at leisure.
AHEAD = timedelta(days=3)


def ask(tokens: Iterable[UpstreamToken], now: datetime) -> None:
    """Somebody wants to know now."""
    for token in tokens:
        UpstreamToken.objects.filter(pk=token.pk).update(check_at=now)
        token.check_at = now
        _send(token, now)


def sweep(now: datetime) -> int:
    """Send what is due; returns how many."""
    due = UpstreamToken.objects.filter(check_at__lte=now).exclude(
        state=UpstreamToken.State.DISABLED
    )
    return sum(_send(token, now) for token in due)


def checked(token: UpstreamToken, now: datetime) -> None:
    """Note that a check is over. A token that is still out is checked again, each
    time after as long as it has been out already."""
    token.refresh_from_db()
    out = token.state == UpstreamToken.State.DEAD
    since = now - (token.cooled_at or now)
    again = now + min(max(since, RECHECK), LONGEST_RECHECK) if out else None
    UpstreamToken.objects.filter(pk=token.pk).update(checked_at=now, check_at=again)


def watch_expiry(now: datetime) -> None:
    """Ask for attention ahead of time. A new secret, or somebody who switches the
    token off, clears it; and what is gone needs no care."""
    alerts = Attention.objects.filter(kind=EXPIRES_KIND, cleared_at=None)
    warned = dict(alerts.values_list("subject", "pk"))
    soon = UpstreamToken.objects.filter(expires_at__lte=now + AHEAD)
    for token in soon.exclude(state=UpstreamToken.State.DISABLED).select_related(
        "team"
    ):
        assert token.expires_at is not None
        verb = "expired" if token.expires_at <= now else "expires"
        text = f"{token} {verb} on {token.expires_at:%Y-%m-%d %H:%M} UTC."
        open_attention(token.team, EXPIRES_KIND, subject(token.pk), text)
        warned.pop(subject(token.pk), None)
    alerts.filter(pk__in=warned.values()).update(cleared_at=now)


def _send(token: UpstreamToken, now: datetime) -> bool:
    """Compare-and-set on the due time: of several sweeps only one sends."""
    seen = UpstreamToken.objects.filter(pk=token.pk, check_at=token.check_at)
    if not seen.update(check_at=now + SENT_AGAIN_AFTER):
        return False
    try:
        current_app.send_task(TASK, args=[token.pk], queue=QUEUE, retry=False)
    except OperationalError:
        log.warning("The queue does not answer; the check of %s waits.", token)
    return True
