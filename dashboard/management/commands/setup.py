"""`manage.py setup`: what must be there before the roles start; safe to run again."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dashboard import setting_up
from tokens.disk import UnreadableFile


class Command(BaseCommand):
    help = "Migrate, collect static files, make the first team, admin and keys."
    # The tables may not be there yet.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("check")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            sentences = [
                *setting_up.teams(),
                *setting_up.first_admin(),
                *setting_up.auth_token(),
            ]
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        for sentence in sentences:
            self.stdout.write(sentence)
