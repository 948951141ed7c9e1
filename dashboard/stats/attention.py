"""What somebody should look at, for the top of the overview."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q

from dashboard.stats.freshness import Coverage
from tokens.models import Attention, Team

# Events are read every hour; twice that with some patience.
STALE = timedelta(hours=3)


class What(StrEnum):
    """Where the sentence leads to follows from it."""

    SYNC = "sync"
    TOKEN = "token"
    STALE = "stale"
    LIMITS = "limits"
    UNATTRIBUTED = "unattributed"
    UNPRICED = "unpriced"
    RECONCILIATION = "reconciliation"


@dataclass(frozen=True)
class Notice:
    """`text` is the sentence that was kept, empty where the page has its own for
    `number` people or events, or `cents`."""

    what: What
    text: str = ""
    number: int = 0
    cents: Decimal = Decimal(0)
    since: datetime | None = None


# Of rows that others keep; all other kinds are of upstream tokens.
_KINDS = {
    **dict.fromkeys(("sync", "quarantine", "schema", "clock"), What.SYNC),
    "reconciliation": What.RECONCILIATION,
}


def kept_notices(team: Team) -> list[Notice]:
    """The open rows of the team, and of what all teams share."""
    mine = Attention.objects.filter(Q(team=team) | Q(team=None), cleared_at=None)
    return [
        Notice(_KINDS.get(row.kind, What.TOKEN), row.text, since=row.since)
        for row in mine
    ]


def counted_notices(
    covered: Coverage | None,
    now: datetime,
    near_limits: int,
    unattributed: Decimal,
    unpriced: int,
) -> list[Notice]:
    found = []
    if covered and not covered.is_imported and now - covered.until > STALE:
        found.append(Notice(What.STALE, since=covered.until))
    if near_limits:
        found.append(Notice(What.LIMITS, number=near_limits))
    if unattributed:
        found.append(Notice(What.UNATTRIBUTED, cents=unattributed))
    if unpriced:
        found.append(Notice(What.UNPRICED, number=unpriced))
    return found
