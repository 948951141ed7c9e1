"""How the gateway does, in the shape of the seed's health JSON."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.db.models import Sum

from proxy.models import GatewayRequest
from tokens.models import TokenLoad
from tokens.poolstore import HEARD

_STATM = Path("/proc/self/statm")


def stats(started: datetime, now: datetime) -> dict[str, Any]:
    """Requests are those of all processes, and null when the database does not answer;
    the memory is this process's, in bytes. No heap is told apart here, hence 0."""
    return {
        "started": started.isoformat(),
        **_requests(now),
        "memory": {"heapTotal": 0, "heapUsed": 0, "rss": resident()},
    }


def _requests(now: datetime) -> dict[str, int | None]:
    try:
        total = GatewayRequest.objects.count()
        load = TokenLoad.objects.filter(at__gt=now - HEARD)
        active = load.aggregate(sum=Sum("in_flight", default=0))["sum"]
    except DatabaseError:
        return {"totalRequests": None, "activeRequests": None}
    return {"totalRequests": total, "activeRequests": active}


def resident() -> int:
    """0 where the system has no /proc."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
