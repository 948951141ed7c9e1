"""The newest requests in the shape of the seed's `/logs`, nothing secret in them."""

from datetime import UTC, datetime
from typing import Any

from proxy.models import GatewayRequest
from tokens.crypto import Secret
from tokens.models import Team, UpstreamToken

# As many as the seed kept in memory.
NEWEST = 100


def newest(team: Team) -> list[GatewayRequest]:
    """The newest first, with their tokens."""
    rows = GatewayRequest.objects.filter(team=team).order_by("-started_at", "-pk")
    return list(rows.select_related("upstream_token")[:NEWEST])


def as_json(rows: list[GatewayRequest], now: datetime) -> dict[str, Any]:
    """The newest last. `auth_token` and `checksum` show their last four characters."""
    return {
        "status": "success",
        "total": len(rows),
        "logs": [_entry(row) for row in reversed(rows)],
        "timestamp": now.astimezone(UTC).isoformat(),
    }


def _entry(row: GatewayRequest) -> dict[str, Any]:
    token = row.upstream_token
    under_way = row.outcome == GatewayRequest.Outcome.UNDER_WAY
    status = "failed" if row.is_bad else "pending" if under_way else "success"
    return {
        "timestamp": row.started_at.isoformat(),
        "request_id": row.request_id,
        "caller": row.caller,
        "owner_email": row.owner_email,
        "model": row.model,
        "checksum": _machine(token),
        "auth_token": token.secret.hint() if token else "",
        "token_info": {
            "alias": token.alias if token else "",
            "token": token.secret.hint() if token else "",
            "checksum": _machine(token),
        },
        "stream": row.stream,
        "status": status,
        "http_status": row.status,
        "error": row.error_code or row.outcome if row.is_bad else None,
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "first_token_ms": row.first_token_ms,
        "duration_ms": row.duration_ms,
    }


def _machine(token: UpstreamToken | None) -> str:
    return Secret(token.mac_id or token.machine_id).hint() if token else ""
