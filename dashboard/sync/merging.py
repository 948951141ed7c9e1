"""A day of an export is merged into what is there. An export may hold a part of a day
only and knows less of each event than the API: nothing is withdrawn for it, and what
the API gave or withdrew stays as it is. Its own rows of an earlier import are updated.
"""

from datetime import datetime

from dashboard.sync.counts import Counts
from dashboard.sync.replacing import (
    EVENT,
    EXPORTED,
    IN_WINDOW,
    Replacement,
    changed_days,
    match_staged,
    one,
    run,
    write_staged,
)
from dashboard.sync.staging import NAME
from dashboard.sync.windows import Window
from tokens.models import Team


def merge_staged(team: Team, window: Window, now: datetime) -> Replacement:
    """Call it inside a transaction, with rows of the window staged."""
    plan_merge(team, window)
    return write_staged(team, window, now, changed_days(), withdrawn=0)


def plan_merge(team: Team, window: Window) -> Counts:
    """What `merge_staged` would do; only the staging table is written. Inside a
    transaction."""
    args = (team.pk, window.start_ms, window.end_ms)
    match_staged(team, args)
    run(
        f"UPDATE {NAME} SET same = (1 = 1) WHERE event_id IN (SELECT e.id FROM {EVENT} "
        f"e WHERE {IN_WINDOW} AND (e.withdrawn_at IS NOT NULL OR NOT {EXPORTED}))",
        args,
    )
    read = one(f"SELECT COUNT(*) FROM {NAME}")
    new = one(f"SELECT COUNT(*) FROM {NAME} WHERE event_id IS NULL")
    same = one(f"SELECT COUNT(*) FROM {NAME} WHERE event_id IS NOT NULL AND same")
    return Counts(read, new, read - new - same, 0, same)
