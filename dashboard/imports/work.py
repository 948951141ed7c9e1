"""One message's work on an import: read the file and compare, or take it in."""

import logging
from dataclasses import asdict
from datetime import date, timedelta

from django.db import DatabaseError
from django.db.models import F

from dashboard.imports import files
from dashboard.imports.hold import Hold, Stopped, take
from dashboard.models import UsageImport
from dashboard.sync import storing
from dashboard.sync.counts import Counts
from dashboard.sync.csv_import import Watcher, import_csv, preview
from dashboard.sync.export_file import Contents
from dashboard.sync.lease import Clock, LeaseLost, LeaseTaken, utc_now
from dashboard.usage_csv import BadCsv

log = logging.getLogger(__name__)
State = UsageImport.State
# How often a file that is being read says how far it is.
BEAT = timedelta(seconds=1)
GO_ON = "then go on"
LATER = timedelta(seconds=15)
AFTER = "Usage events are being synced just now; it begins right after that."
NO_FILE = "The file is not on the worker's disk: web and worker need one DATA_DIR."
BROKEN = "Something broke on our side; the worker's log says what."


def work(pk: int, clock: Clock = utc_now) -> None:
    """However it ends, the row says so. A message that comes twice does nothing."""
    one = UsageImport.objects.at_work().filter(pk=pk).first()
    hold = take(one, clock) if one else None
    if not one or not hold:
        return
    try:
        _work(one, hold)
    except Stopped:
        log.info("The import %s was stopped.", pk)
    except BadCsv as error:
        _refused(one, hold, str(error))
    except (LeaseTaken, LeaseLost):
        hold.put_down(due_at=clock() + LATER, sentence=AFTER, tries=F("tries") - 1)
    except FileNotFoundError:
        _failed(hold, NO_FILE)
    except DatabaseError as error:
        log.exception("The import %s lost the database.", pk)
        _failed(hold, storing.sentence(error, GO_ON))
    except Exception:
        log.exception("The import %s ended unexpectedly.", pk)
        _failed(hold, BROKEN)


def _work(one: UsageImport, hold: Hold) -> None:
    with files.path_of(one.stored).open("rb") as file:
        if one.state == State.READING:
            report = preview(one.team, file, one.owner, _Reading(hold))
            hold.put_down(
                **_held(report.contents),
                **_written(report.counts),
                state=State.READY,
                sentence="",
                due_at=None,
                tries=0,
                days_done=0,
            )
            return
        import_csv(
            one.team,
            file,
            one.owner,
            clock=hold.clock,
            watcher=_Importing(hold),
            after=one.done_until,
        )
    _ended(hold, State.DONE, "")
    files.drop(one.stored)


class _Reading(Watcher):
    def __init__(self, hold: Hold) -> None:
        self._hold, self._told = hold, hold.clock()

    def read(self, size: int) -> None:
        self._say(bytes_read=size)

    def found(self, contents: Contents) -> None:
        self._hold.note(**_held(contents), bytes_read=F("size"))

    def day(self, day: date, done: int, total: int, counts: Counts) -> None:
        self._say(days_done=done)

    def _say(self, **values: int) -> None:
        now = self._hold.clock()
        if now - self._told >= BEAT:
            self._hold.note(**values)
            self._told = now


class _Importing(_Reading):
    def day(self, day: date, done: int, total: int, counts: Counts) -> None:
        """In the transaction of the day: what is counted is what is in the tables."""
        self._hold.note(
            days_done=done,
            done_until=day,
            tries=0,
            sentence="",
            inserted=F("inserted") + counts.inserted,
            updated=F("updated") + counts.updated,
            unchanged=F("unchanged") + counts.unchanged,
        )


def _held(contents: Contents) -> dict[str, object]:
    return asdict(contents)


def _written(counts: Counts) -> dict[str, int]:
    return {
        "inserted": counts.inserted,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
    }


def _refused(one: UsageImport, hold: Hold, sentence: str) -> None:
    _ended(hold, State.REFUSED, sentence)
    files.drop(one.stored)


def _ended(hold: Hold, state: State, sentence: str) -> None:
    hold.put_down(
        state=state,
        stored="",
        sentence=sentence[:500],
        due_at=None,
        finished_at=hold.clock(),
    )


def _failed(hold: Hold, sentence: str) -> None:
    """The file stays, so that it can go on."""
    storing.once_it_is_back(
        lambda: hold.put_down(
            state=State.FAILED, sentence=sentence, due_at=None, finished_at=hold.clock()
        )
    )
