"""`manage.py usage_report`: the sums that the pages show, for people and scripts."""

import csv
import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from dashboard.exporting import harmless
from dashboard.periods import BadInput, Period, cycle_of, parse
from dashboard.stats.usage import MEASURES, By, UsageRow, columns, usage
from dashboard.teams import team_named
from dashboard.templatetags.figures import plain
from tokens.models import Team

Cell = str | int
Write = Callable[[Sequence[str], list[list[Cell]], OutputWrapper], None]


def dimensions(text: str) -> list[By]:
    words = [word.strip() for word in text.split(",")]
    try:
        return [By(word) for word in words]
    except ValueError:
        known = ", ".join(By)
        raise ArgumentTypeError(f"{text!r} must be made of {known}") from None


class Command(BaseCommand):
    help = "Print sums of usage events from the tables, the numbers that the pages show"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--by",
            type=dimensions,
            default=[By.DAY],
            metavar="day|member|model|kind[,…]",
            help="what to split by (default: day)",
        )
        parser.add_argument("--start", metavar="DATE", help="first UTC day (inclusive)")
        parser.add_argument("--end", metavar="DATE", help="last UTC day (inclusive)")
        parser.add_argument("--format", choices=WRITERS, default="table")
        parser.add_argument("--team", metavar="SLUG")
        parser.add_argument(
            "--withdrawn",
            action="store_true",
            help="only the events that the vendor no longer serves, which are "
            "otherwise left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        team = team_named(options["team"])
        period = _period(team, options["start"] or "", options["end"] or "")
        by: list[By] = options["by"]
        rows = usage(team, period, by, withdrawn=options["withdrawn"])
        names = [*columns(by), *MEASURES]
        cells = [[_cell(row, name) for name in names] for row in rows]
        WRITERS[options["format"]](names, cells, self.stdout)


def _period(team: Team, start: str, end: str) -> Period:
    now = datetime.now(UTC)
    query = {"start": start, "end": end}
    try:
        return parse(query, cycle_of(team, now), now.date())
    except BadInput as error:
        raise CommandError(f"--{error}", returncode=2) from None


def _cell(row: UsageRow, name: str) -> Cell:
    value = getattr(row, name)
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def write_json(
    names: Sequence[str], cells: list[list[Cell]], out: OutputWrapper
) -> None:
    rows = [dict(zip(names, line, strict=True)) for line in cells]
    out.write(json.dumps(rows, ensure_ascii=False, indent=1))


def write_csv(
    names: Sequence[str], cells: list[list[Cell]], out: OutputWrapper
) -> None:
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(names)
    for line in cells:
        pairs = zip(names, line, strict=True)
        lines.writerow([c if n in MEASURES else harmless(str(c)) for n, c in pairs])


def write_table(
    names: Sequence[str], cells: list[list[Cell]], out: OutputWrapper
) -> None:
    if not cells:
        out.write("No usage in these days.")
        return
    texts = [[str(cell) for cell in line] for line in cells]
    widths = [max(map(len, column)) for column in zip(names, *texts, strict=True)]
    for line in [list(names), *texts]:
        aligned = [
            text.rjust(width) if name in MEASURES else text.ljust(width)
            for name, text, width in zip(names, line, widths, strict=True)
        ]
        out.write("  ".join(aligned).rstrip())


WRITERS: dict[str, Write] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}
