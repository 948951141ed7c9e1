"""Requests that are not over, so that none is forgotten when its process is killed.

Once a second a busy process says that it lives, and writes the rows of its requests
that take longer; most are over before and cost nothing more. When a process is not
heard of any more, its rows are marked as lost. If it was only frozen, each row gets
its true end all the same once the request is over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from proxy import usage
from proxy.models import GatewayProcess, GatewayRequest
from proxy.usage import Record

Outcome = GatewayRequest.Outcome
# A process that was not heard of for so long is dead.
HEARD = timedelta(seconds=15)
LONG_GONE = timedelta(hours=1)
# What a long answer came to so far is written down each so many milliseconds.
AGAIN_MS = 10_000
PROCESS_DIED = "process_died"


def news() -> list[Record]:
    """This process's open requests of which the tables do not know the latest."""
    found = [record for record in usage.OPEN.values() if record.told != _stage(record)]
    for record in found:
        record.told = _stage(record)
    return found


def tell(process: str, records: Sequence[Record], now: datetime) -> None:
    """`process` lives, and these are its requests. Whoever is dead is reaped."""
    GatewayProcess.objects.bulk_create(
        [GatewayProcess(name=process, at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )
    usage.put(_row(record, process) for record in records)
    reap(now)


def reap(now: datetime) -> int:
    """Mark the requests of dead processes as lost; returns how many."""
    lively = GatewayProcess.objects.filter(name=OuterRef("process"), at__gt=now - HEARD)
    open_rows = GatewayRequest.objects.filter(outcome=Outcome.UNDER_WAY)
    lost = open_rows.filter(~Exists(lively)).update(
        outcome=Outcome.LOST, error_code=PROCESS_DIED
    )
    GatewayProcess.objects.filter(at__lt=now - LONG_GONE).delete()
    return lost


def _stage(record: Record) -> tuple[bool, int]:
    return record.committed, record.elapsed_ms() // AGAIN_MS


def _row(record: Record, process: str) -> GatewayRequest:
    row = usage.row(record)
    row.outcome, row.error_code, row.process = Outcome.UNDER_WAY, "", process
    row.status = 200 if record.committed else 0
    row.duration_ms = record.elapsed_ms()
    return row
