"""`manage.py import_tokens`: take in TOKEN_FILE and TOKEN_LIST_FILE."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tokens import exchange
from tokens.disk import UnreadableFile
from tokens.management.teams import add_team_argument, chosen_team
from tokens.places import place_of


class Command(BaseCommand):
    help = (
        "Take the tokens of TOKEN_FILE and TOKEN_LIST_FILE into the pool. A token that "
        "has gone from both is switched off, one marked with # in the list removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        team = chosen_team(options["team"])
        if team.is_demo:
            raise CommandError("The demo team takes no real tokens.", returncode=2)
        try:
            done = exchange.reload(place_of(team), actor="import_tokens")
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        for note in (*done.refused, *done.notes):
            self.stderr.write(str(note))
        self.stdout.write(f"{done.counts()}.")
