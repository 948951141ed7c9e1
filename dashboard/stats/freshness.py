"""How complete the tables are."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dashboard.models import Stream, SyncWindow
from dashboard.periods import DAY
from tokens.models import Team

# The vendor still changes costs for a day or two.
PROVISIONAL_DAYS = 2


@dataclass(frozen=True)
class Coverage:
    """The newest span of time of a stream that was fetched without a gap."""

    since: datetime
    until: datetime

    def holds(self, day: date) -> bool:
        """Whether at least a part of the day is inside."""
        return self.since.date() <= day <= self.until.date()


def coverage(team: Team, stream: Stream = Stream.EVENTS) -> Coverage | None:
    block: tuple[int, int] | None = None
    for start, end in SyncWindow.objects.spans(team, stream):
        if block is None:
            block = start, end
        elif end >= block[0] - 1:
            block = min(start, block[0]), block[1]
        else:
            break
    if block is None:
        return None
    return Coverage(_instant(block[0]), _instant(block[1] + 1))


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def provisional_from(today: date) -> date:
    """The first of the last UTC days whose numbers may still change."""
    return today - DAY * (PROVISIONAL_DAYS - 1)
