"""Whether our clock agrees with the vendor's, by the Date header of its answers.

A window is cut by our clock; when that is wrong, so is what we take for complete.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TOLERATED = timedelta(minutes=5)


def clock_sentence(date_header: str, now: datetime) -> str:
    """Empty while the clocks agree, or when the header says nothing."""
    try:
        theirs = parsedate_to_datetime(date_header)
    except ValueError:
        return ""
    ahead = now - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    if abs(ahead) <= TOLERATED:
        return ""
    minutes = round(abs(ahead).total_seconds() / 60)
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    return (
        f"This computer's clock is {minutes:,} minutes {direction} the vendor's. "
        "Set it right (NTP does), or days will be cut in the wrong place."
    )
