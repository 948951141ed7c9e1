"""Celery's doors to the pool and the catalogue: checks of tokens, lists of models."""

import logging

from celery import shared_task
from django.utils import timezone

from proxy import listing, probe, under_way
from proxy.speaking import vendor_defaults
from tokens import checking
from tokens.models import Upstream, UpstreamToken

log = logging.getLogger(__name__)


@shared_task
def sweep_tokens() -> None:
    """Beat's knock: checks that are due, tokens that will expire, and requests whose
    process died."""
    now = timezone.now()
    checking.watch_expiry(now)
    checking.sweep(now)
    under_way.reap(now)


@shared_task
def check_token(token_id: int) -> None:
    rows = UpstreamToken.objects.select_related("team", "upstream")
    if token := rows.filter(pk=token_id).first():
        log.info(probe.check_token(token, vendor_defaults()))
        checking.checked(token, timezone.now())


@shared_task
def refresh_models() -> None:
    """Beat's knock: every upstream that may be asked for its list."""
    for upstream in filter(listing.is_asked, Upstream.objects.all()):
        log.info(listing.refresh(upstream, vendor_defaults()))
