"""Asking an upstream whether a token still works, with the smallest chat there is."""

import httpx
from asgiref.sync import async_to_sync

from proxy import connections, upstreams
from proxy.chat import blame
from proxy.upstream.vocabulary import Failed, Message, Prompt
from tokens import pool
from tokens.crypto import SecretUnreadable
from tokens.models import UpstreamToken
from tokens.pool import Lease

PROMPT = Prompt("gpt-4o-mini", (Message("user", "Say ok."),))
PATIENCE = 20  # seconds


def check_token(token: UpstreamToken, client_version: str) -> str:
    """Ask now and note what came of it; the sentence is for the admin."""
    try:
        lease = pool.opened(token)
    except SecretUnreadable as error:
        return str(error)
    failed = async_to_sync(first_failure)(lease, client_version)
    if failed is None:
        pool.revive(token)
        return f"{token} works."
    blame(lease, failed)
    return f"{token}: {failed.message}"


async def first_failure(lease: Lease, client_version: str) -> Failed | None:
    """None as soon as an answer begins; the rest of it is not waited for."""
    async with (
        connections.new_client(httpx.Timeout(PATIENCE)) as http,
        upstreams.open_stream(http, lease, PROMPT, client_version) as events,
    ):
        async for event in events:
            return event if isinstance(event, Failed) else None
    return None
