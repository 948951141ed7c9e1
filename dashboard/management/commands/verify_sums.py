"""`manage.py verify_sums`: prove that the sums on the pages equal the events."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard import rollups
from dashboard.models import UsageEvent
from dashboard.teams import team_named
from dashboard.verifying import differences

SHOWN = 20


class Command(BaseCommand):
    help = "Compare every table of sums with the events; exit 1 when they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG")
        parser.add_argument(
            "--repair", action="store_true", help="build all sums again afterwards"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        team = team_named(options["team"])
        found = list(islice(differences(team), SHOWN))
        for difference in found:
            self.stderr.write(str(difference))
        if not found:
            events = UsageEvent.objects.live().filter(team=team).count()
            self.stdout.write(f"The sums equal the {events:,} events.")
            return
        if not options["repair"]:
            raise CommandError("The sums differ; --repair builds them again.")
        rollups.rebuild_all(team)
        self.stdout.write("The sums were built again.")
