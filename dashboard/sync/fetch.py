"""Which function fetches which stream. What is not here is not synced."""

from collections.abc import Callable

from dashboard.models import Stream
from dashboard.sync.fetch_events import fetch_events
from dashboard.sync.fetch_groups import fetch_groups
from dashboard.sync.steps import (
    Step,
    Writer,
    fetch_audit,
    fetch_blocklists,
    fetch_daily,
    fetch_members,
    fetch_spend,
)

FETCH: dict[Stream, Callable[[Step], Writer]] = {
    Stream.MEMBERS: fetch_members,
    Stream.SPEND: fetch_spend,
    Stream.EVENTS: fetch_events,
    Stream.DAILY: fetch_daily,
    Stream.BLOCKLISTS: fetch_blocklists,
    Stream.AUDIT: fetch_audit,
    Stream.GROUPS: fetch_groups,
}
