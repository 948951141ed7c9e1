"""`manage.py read_editor_token`: the sign-in of the editor on this computer."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tokens import checksum, editor, exchange
from tokens.disk import UnreadableFile
from tokens.editor import NotSignedIn, SignIn
from tokens.exchange import Gift, NothingTaken
from tokens.jwt import expiry
from tokens.lines import Entry, fileable
from tokens.management.teams import add_team_argument, chosen_team
from tokens.places import place_of

SHAPES = ("token", "token-file", "token-list")


class Command(BaseCommand):
    help = (
        "Print the token of the editor that is signed in on this computer (Linux, "
        "macOS, Windows), alone on standard output; or add it to the pool."
    )
    # It also runs on a member's computer, where nothing is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", help="The editor's folder, if elsewhere.")
        parser.add_argument(
            "--as",
            dest="shape",
            choices=SHAPES,
            default="token",
            help="How to print it: bare, as a line of TOKEN_FILE with its e-mail, or "
            "as a line of TOKEN_LIST_FILE with the ids of this computer as well.",
        )
        parser.add_argument(
            "--add",
            action="store_true",
            help="Take it into this pool as its owner's, with this computer's ids; "
            "nothing secret is printed.",
        )
        parser.add_argument(
            "--shared", action="store_true", help="With --add: others may use it too."
        )
        add_team_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        usual = editor.folder(sys.platform, os.environ, str(Path.home()))
        try:
            found = editor.read(Path(options["folder"] or usual))
        except NotSignedIn as error:
            raise CommandError(str(error)) from None
        self._tell(found)
        if options["add"]:
            self._add(found, options["team"], options["shared"])
        else:
            self.stdout.write(line(found, options["shape"]))

    def _tell(self, found: SignIn) -> None:
        """Apart from the token, which a pipe may want alone."""
        until = expiry(found.token)
        whose = found.email or "somebody whose e-mail the editor does not know"
        expires = f"; it expires on {until:%Y-%m-%d %H:%M} UTC" if until else ""
        self.stderr.write(f"This is the token of {whose}{expires}.")
        if not found.ids:
            self.stderr.write("The editor has made no ids for this computer yet.")

    def _add(self, found: SignIn, slug: str | None, shared: bool) -> None:
        team = chosen_team(slug)
        if team.is_demo:
            raise CommandError("The demo team takes no real tokens.", returncode=2)
        gift = Gift(line(found, "token-list"), found.email, shared)
        try:
            done = exchange.add(place_of(team), gift, "read_editor_token")
        except NothingTaken as error:
            reasons = "; ".join(refused.reason for refused in error.refused)
            raise CommandError(f"The editor's token is none: {reasons}.") from None
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        for note in done.notes:
            self.stderr.write(note)
        self.stdout.write(f"{done.counts()}.")


def line(found: SignIn, shape: str) -> str:
    """Without ids of this computer, a line of the list gets new ones."""
    if shape == "token":
        return found.token
    ids = found.ids or checksum.new_ids()
    stamped = checksum.stamp(ids, time.time()) if shape == "token-list" else ""
    return fileable(Entry(found.token, found.email, stamped)).line()
