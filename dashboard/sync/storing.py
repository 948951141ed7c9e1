"""When our own database does not take what was read: its sentence, and how to leave it
on a row of a database that may be away itself."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)
NO_ROOM = "The disk is full: free some space; {then}."
AWAY = "The database went away in the middle: see that it can be reached; {then}."
NOT_TAKEN = (
    "The database did not take what was read, the worker's log says why; {then}."
)
NEXT_SYNC = "the next sync goes on from here"
# Less than a lease's term in all: nobody has taken over by then.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)


def sentence(error: DatabaseError, then: str = NEXT_SYNC) -> str:
    """PostgreSQL says “No space left on device”, SQLite “database or disk is full”."""
    said = str(error).lower()
    is_full = "disk is full" in said or "no space left" in said
    found = NO_ROOM if is_full else AWAY if _is_away(error) else NOT_TAKEN
    return found.format(then=then)


def _is_away(error: DatabaseError) -> bool:
    """PostgreSQL's classes 08 and 57 (https://www.postgresql.org/docs/current/
    errcodes-appendix.html); a connection that just ended has no code."""
    if connection.vendor != "postgresql":
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    lost = isinstance(error, OperationalError | InterfaceError)
    return lost and (code is None or code[:2] in ("08", "57"))


def once_it_is_back(
    write: Callable[[], Any], wait: Callable[[float], None] = time.sleep
) -> None:
    """Do a small write, some times if need be. When nothing helps, what is left is a
    lease that runs out: the next worker goes on from there."""
    for pause in PAUSES:
        wait(pause)
        try:
            write()
        except DatabaseError as error:
            log.warning("The database does not take a report: %s", error)
            connection.close_if_unusable_or_obsolete()
        else:
            return
