"""`manage.py demo_data`: a made-up team of any size, without any API."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from dashboard.demo_data.filling import NotForThisTeam, Size, fill
from dashboard.teams import team_named


class Command(BaseCommand):
    help = "Fill a team without a key with made-up people and usage, up to today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG")
        parser.add_argument("--people", type=int, default=40)
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--events", type=int, default=50_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        size = Size(*(options[n] for n in ("people", "days", "events", "seed")))
        for name in ("people", "days", "events"):
            if getattr(size, name) < 1:
                raise CommandError(f"--{name} must be at least 1.", returncode=2)
        team = team_named(options["team"])
        with tqdm(desc="Days", unit="day", disable=None, total=size.days) as bar:
            try:
                events = fill(team, size, datetime.now(UTC), lambda: bar.update())
            except NotForThisTeam as refusal:
                raise CommandError(str(refusal), returncode=1) from None
        self.stdout.write(
            f"{team}: {size.people:,} people and {events:,} events of {size.days:,} "
            "days. All of it is made up."
        )
