from dashboard.models.audit import (
    AuditEvent,
    BillingGroup,
    BlocklistRepo,
    BlocklistRevision,
    GroupMembership,
)
from dashboard.models.cents import CentsField
from dashboard.models.events import (
    DayModel,
    DayPerson,
    EventKind,
    UsageEvent,
    UsageRollup,
)
from dashboard.models.people import DailyUsage, Member, Membership, SpendSnapshot
from dashboard.models.sync import Stream, SyncRun, SyncState, SyncWindow
from dashboard.models.vendor import Capability, FieldSeen, QuarantinedRow

__all__ = [
    "AuditEvent",
    "BillingGroup",
    "BlocklistRepo",
    "BlocklistRevision",
    "Capability",
    "CentsField",
    "DailyUsage",
    "DayModel",
    "DayPerson",
    "EventKind",
    "FieldSeen",
    "GroupMembership",
    "Member",
    "Membership",
    "QuarantinedRow",
    "SpendSnapshot",
    "Stream",
    "SyncRun",
    "SyncState",
    "SyncWindow",
    "UsageEvent",
    "UsageRollup",
]
