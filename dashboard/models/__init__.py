from dashboard.models.activity import DayFacet, PersonMonth, TeamDay
from dashboard.models.audit import (
    AuditDay,
    AuditEvent,
    BillingGroup,
    BlocklistRepo,
    BlocklistRevision,
    GroupDay,
    GroupMembership,
)
from dashboard.models.cents import CentsField
from dashboard.models.cycles import BillingCycle, OpeningSums
from dashboard.models.events import EventKind, UsageEvent
from dashboard.models.groups import LocalGroup, LocalGroupMember
from dashboard.models.imports import ImportedDay, UsageImport
from dashboard.models.origins import DayOrigin, Origin
from dashboard.models.people import DailyUsage, Member, Membership, SpendSnapshot
from dashboard.models.sums import (
    DataVersion,
    DayGroup,
    DayModel,
    DayPerson,
    FreshMonth,
    MonthGroup,
    MonthPerson,
    MonthRollup,
    QuarterHour,
    UsageRollup,
)
from dashboard.models.sync import Stream, SyncRun, SyncState, SyncWindow
from dashboard.models.vendor import Capability, FieldSeen, QuarantinedRow

__all__ = [
    "AuditDay",
    "AuditEvent",
    "BillingCycle",
    "BillingGroup",
    "BlocklistRepo",
    "BlocklistRevision",
    "Capability",
    "CentsField",
    "DailyUsage",
    "DataVersion",
    "DayFacet",
    "DayGroup",
    "DayModel",
    "DayOrigin",
    "DayPerson",
    "EventKind",
    "FieldSeen",
    "FreshMonth",
    "GroupDay",
    "GroupMembership",
    "ImportedDay",
    "LocalGroup",
    "LocalGroupMember",
    "Member",
    "Membership",
    "MonthGroup",
    "MonthPerson",
    "MonthRollup",
    "OpeningSums",
    "Origin",
    "PersonMonth",
    "QuarantinedRow",
    "QuarterHour",
    "SpendSnapshot",
    "Stream",
    "SyncRun",
    "SyncState",
    "SyncWindow",
    "TeamDay",
    "UsageEvent",
    "UsageImport",
    "UsageRollup",
]
