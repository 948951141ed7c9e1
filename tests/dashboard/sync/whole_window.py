"""A window replaced with rows that are at hand, without a vendor."""

from collections.abc import Iterable
from datetime import datetime

from dashboard.adminapi.records import UsageEventRecord
from dashboard.sync.replacing import Replacement, replace_staged
from dashboard.sync.staging import Staging
from dashboard.sync.windows import Window
from tokens.models import Team


def replace_window(
    team: Team, window: Window, records: Iterable[UsageEventRecord], now: datetime
) -> Replacement:
    """Call it inside a transaction."""
    staging = Staging().start()
    staging.add(records)
    staging.flush()
    done = replace_staged(team, window, now)
    staging.drop()
    return done
