"""`manage.py import_usage_csv`: the vendor's usage export, without its API."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from dashboard.sync.counts import Counts
from dashboard.sync.csv_import import Report, Watcher, import_csv, preview
from dashboard.sync.lease import LeaseLost, LeaseTaken
from dashboard.teams import team_named
from dashboard.templatetags.figures import plain
from dashboard.usage_csv import BadCsv
from tokens.models import Team


class Command(BaseCommand):
    help = "Import the usage export of the vendor's dashboard. The last line is JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--team", metavar="SLUG")
        parser.add_argument(
            "--user",
            metavar="EMAIL",
            default="",
            help="whose usage it is, where the file has no column User",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done only"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        team = team_named(options["team"])
        path, owner = options["file"], options["user"]
        try:
            with path.open("rb") as file:
                if options["dry_run"]:
                    report = preview(team, file, owner)
                else:
                    report = self.imported(team, file, owner)
        except BadCsv as error:
            raise CommandError(f"{path}: {error}", returncode=2) from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.", returncode=2) from None
        except (LeaseTaken, LeaseLost) as reason:
            raise CommandError(f"{reason} Try again later.", returncode=3) from None
        self.stderr.write(_sentence(report, options["dry_run"]))
        self.stdout.write(json.dumps(asdict(report.counts)))

    def imported(self, team: Team, file: Any, owner: str) -> Report:
        with tqdm(desc="Days", unit="day", disable=None, leave=True) as bar:
            return import_csv(team, file, owner, watcher=_Shown(bar))


class _Shown(Watcher):
    def __init__(self, bar: "tqdm[NoReturn]") -> None:
        self._bar = bar

    def day(self, day: date, done: int, total: int, counts: Counts) -> None:
        self._bar.total = total
        self._bar.update(done - self._bar.n)


def _sentence(report: Report, is_dry: bool) -> str:
    held, counts = report.contents, report.counts
    would = "would be " if is_dry else ""
    return (
        f"{held.rows:,} rows of {held.people:,} people on {held.days:,} days"
        f" ({held.first_day or '–'} to {held.last_day or '–'}),"
        f" {plain(held.cents)} cents in all; {held.unpriced:,} without a cost,"
        f" {held.unattributed:,} without a person.\n"
        f"{counts.inserted:,} {would}inserted, {counts.updated:,} {would}updated,"
        f" {counts.unchanged:,} {would}left as they are."
    )
