"""The `--team SLUG` of every command: optional while there is one team."""

from django.core.management.base import CommandError, CommandParser

from tokens.models import Team


def add_team_argument(parser: CommandParser) -> None:
    parser.add_argument("--team", metavar="SLUG", help="Optional while there is one.")


def chosen_team(slug: str | None) -> Team:
    """The team that is meant, or a sentence and exit status 2."""
    teams = list(Team.objects.order_by("slug"))
    if not teams:
        raise CommandError("There is no team yet: run `setup` first.", returncode=2)
    known = ", ".join(team.slug for team in teams)
    if slug is None and len(teams) > 1:
        raise CommandError(f"Say which --team is meant: {known}.", returncode=2)
    for team in teams:
        if slug in (None, team.slug):
            return team
    raise CommandError(f"No team is called {slug!r}; there is {known}.", returncode=2)
