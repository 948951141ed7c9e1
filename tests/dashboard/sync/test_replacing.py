"""How the work of replacing a window grows with its rows."""

from datetime import datetime

import pytest
from django.db import connection, transaction

from dashboard.adminapi.records import UsageEventRecord
from dashboard.sync.windows import Window
from tests.dashboard.sync.whole_window import replace_window
from tokens.models import Team

FIRST = 1_750_000_000_000


def steps_of_a_second_time(team: Team, rows: int, now: datetime) -> int:
    """How many times a thousand steps SQLite takes when one of so many rows is new."""
    records = [
        UsageEventRecord.read({"timestamp": str(FIRST + n), "model": "m"})
        for n in range(rows)
    ]
    window, steps = Window(FIRST, FIRST + rows), 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with transaction.atomic():
        replace_window(team, window, records[1:], now)
    connection.connection.set_progress_handler(count, 1000)
    try:
        with transaction.atomic():
            assert replace_window(team, window, records, now).counts.inserted == 1
    finally:
        connection.connection.set_progress_handler(None, 0)
    return steps


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_twice_the_rows_take_no_more_than_about_twice_the_steps(
    team: Team, now: datetime
) -> None:
    few = steps_of_a_second_time(team, 500, now)
    team.usage_events.all().delete()
    assert steps_of_a_second_time(team, 2000, now) < 8 * few
