"""The upstreams' own lists of models, taken into the table of those that are offered.

A server of kind `openai` is asked with one of its tokens, unless its options say
`{"list_models": false}`. The editor's vendor is asked only where they say true: the
tokens there are people's.
"""

import httpx
from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import Max

from proxy import connections, upstreams
from proxy.models import OfferedModel
from proxy.upstream.errors import UpstreamError
from proxy.upstream.openai import client as openai
from proxy.upstream.vendor import call
from proxy.upstream.vendor.codec import decode_models, encode_models_request
from proxy.upstream.vocabulary import Credential
from proxy.upstreams import Defaults
from tokens import pool
from tokens.crypto import SecretUnreadable
from tokens.models import Upstream, UpstreamToken
from tokens.pool import Lease

PATIENCE = 20  # seconds
MODELS_PATH = "/aiserver.v1.AiService/AvailableModels"
MOST = 2000
LISTED = OfferedModel.Origin.LISTED
Names = list[tuple[str, str]]


def is_asked(upstream: Upstream) -> bool:
    by_default = upstream.kind == Upstream.Kind.OPENAI
    return upstream.options.get("list_models", by_default) is True


def refresh(upstream: Upstream, defaults: Defaults) -> str:
    """Ask now; the sentence says what came of it. Without an answer all stays."""
    tokens = UpstreamToken.objects.filter(
        upstream=upstream, state=UpstreamToken.State.ACTIVE
    )
    token = tokens.select_related("upstream").order_by("pk").first()
    if token is None:
        return f"{upstream} has no token to ask with."
    try:
        names = async_to_sync(_asked)(pool.opened(token), defaults)
    except SecretUnreadable as error:
        return str(error)
    except UpstreamError as error:
        return f"{upstream} did not tell its models: {error.message}"
    added, gone = take_in(upstream, names)
    return f"{upstream} lists {len(names)} models: {added} new, {gone} gone."


async def _asked(lease: Lease, defaults: Defaults) -> Names:
    """Names and owners. Raises UpstreamError."""
    credential = Credential(lease.secret, lease.checksum)
    async with connections.new_clients(httpx.Timeout(PATIENCE)) as clients:
        if lease.kind == Upstream.Kind.OPENAI:
            options = upstreams.openai_options(lease)
            return await openai.models(clients.quick, options, credential)
        told = await call.unary(
            clients.multiplexed,
            upstreams.vendor_options(lease, defaults),
            credential,
            MODELS_PATH,
            encode_models_request(),
            call.new_uuid(),
        )
        return [(name, "cursor") for name in decode_models(told)]


def take_in(upstream: Upstream, names: Names) -> tuple[int, int]:
    """Make the rows that come from the list equal to it; returns how many came and
    went. Rows that a person made or changed stay as they are."""
    wanted = {name[:200]: owner[:100] for name, owner in names[:MOST]}
    with transaction.atomic():
        rows = OfferedModel.objects.filter(upstream=upstream)
        gone, _ = rows.filter(origin=LISTED).exclude(name__in=wanted).delete()
        known = set(rows.values_list("name", flat=True))
        last = OfferedModel.objects.aggregate(last=Max("position"))["last"] or 0
        new = [name for name in wanted if name not in known]
        OfferedModel.objects.bulk_create(
            OfferedModel(
                name=name,
                upstream=upstream,
                owned_by=wanted[name],
                position=last + place,
                origin=LISTED,
            )
            for place, name in enumerate(new, 1)
        )
    return len(new), gone
