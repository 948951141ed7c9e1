"""`manage.py sync`: pull the Admin API in the foreground, resumable at any point."""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from dashboard.models import Stream, SyncRun
from dashboard.sync import coverage
from dashboard.sync.capability import OPTIONAL
from dashboard.sync.counts import Counts
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import TERM, LeaseLost, LeaseTaken, utc_now
from dashboard.sync.run import Outcome
from dashboard.sync.windows import Window, between
from dashboard.sync.work import work
from dashboard.teams import team_named
from tokens.models import Team

HANDED_BACK = 3
PATIENCE = 10 * TERM
LOOK_AGAIN_SECONDS = 1.0


def iso_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date like 2026-01-31") from None


class Command(BaseCommand):
    help = "Pull members, daily usage, spend and usage events. The last line is JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG")
        parser.add_argument("--stream", choices=[*FETCH, "all"], default="all")
        parser.add_argument(
            "--since", type=iso_day, help="no day before this one (UTC)"
        )
        parser.add_argument("--until", type=iso_day, help="no day after this one (UTC)")

        parser.add_argument(
            "--verify",
            action="store_true",
            help="fetch nothing; prove that the sums equal the events (verify_sums)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verify"]:
            call_command("verify_sums", team=options["team"], stdout=self.stdout)
            return
        team = team_named(options["team"])
        if not team.sync_key:
            raise CommandError(
                f"Team {team.slug} has no Admin API key: set CURSOR_ADMIN_API_KEY and "
                "run `manage.py setup`, or enter the key on the admin site.",
                returncode=2,
            )
        since, until = options["since"], options["until"]
        if since and until and since > until:
            raise CommandError("--since must not be after --until.", returncode=2)
        chosen = options["stream"]
        streams = list(FETCH) if chosen == "all" else [Stream(chosen)]
        outcomes = [self.pull(team, stream, since, until) for stream in streams]
        self.stdout.write(json.dumps(_summary(team, outcomes)))
        if any(outcome.later for outcome in outcomes):
            sys.exit(HANDED_BACK)
        if any(outcome.error or _lacking(outcome, chosen) for outcome in outcomes):
            sys.exit(1)

    def pull(
        self, team: Team, stream: Stream, since: date | None, until: date | None
    ) -> Outcome:
        windows = _windows(team, stream, since, until)
        with tqdm(
            desc=str(stream.label), unit="window", disable=None, leave=True
        ) as bar:

            def told(_: Stream, done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            outcome = self.joined(team, stream, windows, told)
        words = (
            outcome.error
            or outcome.unavailable
            or ", ".join(
                f"{count:,} {name}" for name, count in asdict(outcome.counts).items()
            )
        )
        self.stderr.write(f"{stream.label}: {words}")
        return outcome

    def joined(self, team: Team, stream: Stream, windows: Any, told: Any) -> Outcome:
        """Waits while a worker is at the same stream, then does what is left."""
        give_up = utc_now() + PATIENCE
        waiting = False
        while True:
            try:
                return work(team, stream, windows, told, SyncRun.Reason.COMMAND)
            except (LeaseTaken, LeaseLost) as reason:
                if utc_now() > give_up:
                    return Outcome(stream, windows_failed=1, error=str(reason))
                if not waiting:
                    self.stderr.write(f"{reason} Waiting for it.")
                waiting = True
                time.sleep(LOOK_AGAIN_SECONDS)


def _lacking(outcome: Outcome, chosen: str) -> bool:
    """Asked for by name, or one that the pages rest on, and the key may not read it."""
    matters = chosen != "all" or outcome.stream not in OPTIONAL
    return bool(outcome.unavailable) and matters


def _windows(
    team: Team, stream: Stream, since: date | None, until: date | None
) -> list[Window] | None:
    """The windows of the days asked for; when none were, all that is due or missing."""
    rhythm, now = coverage.RHYTHMS.get(stream), utc_now()
    if rhythm is None:
        return None
    if not (since or until):
        due = coverage.due_windows(team, stream, now)
        return due + coverage.backfill_windows(team, stream, now)
    last = until or now.date()
    first = since or min(now.date() - timedelta(days=rhythm.reach), last)
    return between(first, last, rhythm.stride, int(now.timestamp() * 1000))


def _summary(team: Team, outcomes: list[Outcome]) -> dict[str, Any]:
    total = asdict(sum((outcome.counts for outcome in outcomes), Counts()))
    del total["quarantined"], total["spared"]
    ends = [
        coverage.complete_until(team, outcome.stream)
        for outcome in outcomes
        if outcome.stream in coverage.RHYTHMS
    ]
    known = [end for end in ends if end is not None]
    return {
        **total,
        "windows_failed": sum(outcome.windows_failed for outcome in outcomes),
        "complete_until": min(known).isoformat() if known else None,
    }
