"""`manage.py verify_sums`: prove that the sums on the pages equal the events."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard import rollups
from dashboard.group_import import in_two_groups
from dashboard.models import UsageEvent
from dashboard.teams import team_named
from dashboard.verifying import differences
from tokens.models import Team

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Compare every table of sums with the events, and see that nobody is in two "
        "groups on one day; exit 1 when something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG")
        parser.add_argument(
            "--repair", action="store_true", help="build all sums again afterwards"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        team = team_named(options["team"])
        self._compare(team, repair=options["repair"])
        self._look_for_people_in_two_groups(team)

    def _compare(self, team: Team, *, repair: bool) -> None:
        found = list(islice(differences(team), SHOWN))
        for difference in found:
            self.stderr.write(str(difference))
        if not found:
            events = UsageEvent.objects.live().filter(team=team).count()
            self.stdout.write(f"The sums equal the {events:,} events.")
        elif repair:
            rollups.rebuild_all(team)
            self.stdout.write("The sums were built again.")
        else:
            raise CommandError("The sums differ; --repair builds them again.")

    def _look_for_people_in_two_groups(self, team: Team) -> None:
        found = list(islice(in_two_groups(team), SHOWN))
        for one, other in found:
            self.stderr.write(
                f"{one.email} is in {one.group} and in {other.group} on {other.first}."
            )
        if found:
            raise CommandError(
                "What these people use counts twice: end one of the times, on the page "
                "of its group."
            )
