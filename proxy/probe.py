"""Asking an upstream whether a token still works, with the smallest chat there is."""

import httpx
from asgiref.sync import async_to_sync

from proxy import connections, upstreams
from proxy.blame import cause_of
from proxy.connections import Clients
from proxy.upstream.errors import UpstreamError
from proxy.upstream.openai import client as openai
from proxy.upstream.vocabulary import Credential, Failed, Message, Prompt
from proxy.upstreams import Defaults
from tokens import pool
from tokens.crypto import SecretUnreadable
from tokens.models import Upstream, UpstreamToken
from tokens.pool import POOL, Lease

PROMPT = Prompt("gpt-4o-mini", (Message("user", "Say ok."),))
PATIENCE = 20  # seconds


def check_token(token: UpstreamToken, defaults: Defaults) -> str:
    """Ask now and note what came of it; the sentence is for the admin."""
    try:
        lease = pool.opened(token)
    except SecretUnreadable as error:
        return str(error)
    failed = async_to_sync(first_failure)(lease, defaults)
    if failed is None:
        pool.revive(token)
        return f"{token} works."
    if cause := cause_of(failed):
        POOL.failed(lease, cause, failed.message, failed.retry_after)
    return f"{token}: {failed.message}"


async def first_failure(lease: Lease, defaults: Defaults) -> Failed | None:
    """None as soon as an answer begins; the rest of it is not waited for.

    A server that lists its models for a key is asked for those: that costs nothing.
    """
    async with connections.new_clients(httpx.Timeout(PATIENCE)) as clients:
        if lease.kind == Upstream.Kind.OPENAI:
            return await _refused_list(clients, lease)
        prompts = {lease.upstream_id: PROMPT}
        async with upstreams.open_stream(clients, defaults, prompts, lease) as events:
            async for event in events:
                return event if isinstance(event, Failed) else None
    return None


async def _refused_list(clients: Clients, lease: Lease) -> Failed | None:
    options = upstreams.openai_options(lease)
    credential = Credential(lease.secret, lease.checksum)
    try:
        await openai.models(clients.quick, options, credential)
    except UpstreamError as error:
        return error.failed(credential)
    return None
