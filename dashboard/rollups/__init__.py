"""The tables of sums that pages and charts read.

Day tables are rebuilt for the days that a sync touched, in the transaction that
touched them: readers see both or neither. Month tables are built a moment later, and
until then do not stand in `FreshMonth`; `stats/spans.py` sums the days instead.
"""

from dashboard.rollups.activity import rebuild_activity
from dashboard.rollups.audit import rebuild_audit
from dashboard.rollups.months import refresh_months
from dashboard.rollups.usage import rebuild, rebuild_days_of_groups, rebuild_opening
from dashboard.rollups.whole import rebuild_all

__all__ = [
    "rebuild",
    "rebuild_activity",
    "rebuild_all",
    "rebuild_audit",
    "rebuild_days_of_groups",
    "rebuild_opening",
    "refresh_months",
]
