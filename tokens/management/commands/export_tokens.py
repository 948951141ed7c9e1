"""`manage.py export_tokens`: write the pool to TOKEN_FILE and TOKEN_LIST_FILE."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tokens import exchange
from tokens.disk import UnreadableFile
from tokens.management.teams import add_team_argument, chosen_team
from tokens.places import place_of


class Command(BaseCommand):
    help = "Write the team's tokens to TOKEN_FILE and TOKEN_LIST_FILE, in clear."

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        team = chosen_team(options["team"])
        try:
            count, notes = exchange.export(place_of(team))
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        for note in notes:
            self.stderr.write(note)
        self.stdout.write(f"{count} written, readable for this user only.")
