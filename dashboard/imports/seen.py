"""An import as its page shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.imports.asking import RESUMABLE
from dashboard.models import UsageImport

State = UsageImport.State
# With a worker alive, a file is taken up at once.
PATIENCE = timedelta(seconds=45)


class Phase(StrEnum):
    """What is going on; an import that is at rest says its state."""

    WAITING = "waiting"
    READING = "reading"
    COMPARING = "comparing"
    IMPORTING = "importing"
    LOST = "lost"
    REST = "rest"


@dataclass(frozen=True)
class Seen:
    one: UsageImport
    now: datetime

    @property
    def phase(self) -> Phase:
        one = self.one
        if one.state not in (State.READING, State.IMPORTING):
            return Phase.REST
        if one.is_lost(self.now):
            return Phase.LOST
        if not one.is_held(self.now):
            return Phase.WAITING
        if one.bytes_read < one.size:
            return Phase.READING
        is_reading = one.state == State.READING
        return Phase.COMPARING if is_reading else Phase.IMPORTING

    @property
    def is_busy(self) -> bool:
        """Whether looking again in a moment will show something else."""
        return self.phase is not Phase.REST

    @property
    def waits_long(self) -> bool:
        since = self.one.confirmed_at or self.one.created_at
        return self.phase is Phase.WAITING and self.now - since > PATIENCE

    @property
    def may_go_on(self) -> bool:
        is_cut_off = self.phase is Phase.LOST or self.one.state == State.FAILED
        return is_cut_off and bool(self.one.stored)

    @property
    def may_cancel(self) -> bool:
        return self.one.state in RESUMABLE and bool(self.one.stored)

    @property
    def has_contents(self) -> bool:
        """The file was read to its end."""
        return self.one.cents is not None

    @property
    def is_imported(self) -> bool:
        """At least a day of it is in."""
        return self.one.done_until is not None
