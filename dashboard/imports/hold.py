"""Which worker has an import in hand: a lease on its row, as a stream's is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from dashboard.models import UsageImport
from dashboard.models.imports import UsageImportQuerySet
from dashboard.sync.lease import TERM, Clock


class Stopped(Exception):
    """Somebody cancelled it, or another worker has taken over."""


@dataclass(frozen=True)
class Hold:
    pk: int
    fence: int
    clock: Clock

    def note(self, **values: Any) -> None:
        """Also the proof of holding it. In a transaction it keeps the row until the
        commit. Raises Stopped."""
        if not self._mine().update(leased_until=self.clock() + TERM, **values):
            raise Stopped

    def put_down(self, **values: Any) -> None:
        self._mine().update(leased_until=None, **values)

    def _mine(self) -> UsageImportQuerySet:
        return UsageImport.objects.filter(pk=self.pk, fence=self.fence)


def take(one: UsageImport, clock: Clock) -> Hold | None:
    """None while another worker holds it, or when nothing is to be done any more."""
    now = clock()
    taken = (
        UsageImport.objects.at_work()
        .filter(pk=one.pk, fence=one.fence)
        .filter(free(now))
        .update(leased_until=now + TERM, fence=F("fence") + 1, tries=F("tries") + 1)
    )
    return Hold(one.pk, one.fence + 1, clock) if taken else None


def free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)
