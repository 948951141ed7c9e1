"""`manage.py export_tokens`: write the pool to TOKEN_FILE and TOKEN_LIST_FILE."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tokens import transfer
from tokens.crypto import SecretUnreadable
from tokens.files import UnreadableFile
from tokens.management.teams import add_team_argument, chosen_team
from tokens.models import UpstreamToken


class Command(BaseCommand):
    help = "Write the team's active tokens to TOKEN_FILE and TOKEN_LIST_FILE, in clear."

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        team = chosen_team(options["team"])
        active = UpstreamToken.objects.filter(
            team=team, state=UpstreamToken.State.ACTIVE
        )
        tokens = list(active)
        try:
            transfer.export_files(tokens, settings.TOKEN_FILE, settings.TOKEN_LIST_FILE)
        except (UnreadableFile, SecretUnreadable) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{len(tokens)} written, readable for this user only.")
