"""What is looked at after a sync, so that pages need not: it ends in `Attention`."""

from datetime import datetime

from dashboard.periods import cycle_of
from dashboard.stats.freshness import coverage
from dashboard.stats.reconcile import reconciliation
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

KIND = "reconciliation"


def watch_reconciliation(team: Team, now: datetime) -> None:
    """One open row while somebody's events differ from what the vendor says of them,
    without a cause."""
    cycle = cycle_of(team, now)
    found = reconciliation(team, cycle, coverage(team), now)
    if not found.open:
        clear_attention(team, KIND, "")
        return
    who = "One person’s" if found.open == 1 else f"{found.open:,} people’s"
    text = f"{who} events differ from what Cursor says, and nothing here explains it."
    open_attention(team, KIND, "", text)
