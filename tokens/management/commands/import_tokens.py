"""`manage.py import_tokens`: take in TOKEN_FILE and TOKEN_LIST_FILE."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tokens import transfer
from tokens.files import UnreadableFile
from tokens.management.teams import add_team_argument, chosen_team


class Command(BaseCommand):
    help = "Take the tokens of TOKEN_FILE and TOKEN_LIST_FILE into the pool."

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        team = chosen_team(options["team"])
        if team.is_demo:
            raise CommandError("The demo team takes no real tokens.", returncode=2)
        try:
            done = transfer.import_files(
                team,
                transfer.vendor_upstream(settings.CURSOR_CHAT_API_URL),
                settings.TOKEN_FILE,
                settings.TOKEN_LIST_FILE,
                actor="import_tokens",
            )
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        for note in done.notes:
            self.stderr.write(note)
        self.stdout.write(
            f"{done.added} added, {done.renamed} renamed, {done.unchanged} unchanged."
        )
