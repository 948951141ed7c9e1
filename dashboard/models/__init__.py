from dashboard.models.cents import CentsField
from dashboard.models.events import EventKind, UsageEvent, UsageRollup
from dashboard.models.people import DailyUsage, Member, SpendSnapshot
from dashboard.models.sync import Stream, SyncState, SyncWindow

__all__ = [
    "CentsField",
    "DailyUsage",
    "EventKind",
    "Member",
    "SpendSnapshot",
    "Stream",
    "SyncState",
    "SyncWindow",
    "UsageEvent",
    "UsageRollup",
]
