"""`manage.py create_api_key EMAIL`: a caller's key, printed once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.dateparse import parse_date, parse_datetime

from proxy import catalogue
from tokens import api_keys
from tokens.management.teams import add_team_argument, chosen_team
from tokens.models import Team, normal_email


class Command(BaseCommand):
    help = "Give somebody a key to the gateway. It is printed once, on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="Whose key it is.")
        add_team_argument(parser)
        parser.add_argument("--models", default="", help="a,b; without it: every model")
        parser.add_argument("--expires", default="", help="2027-01-31, its last day")

    def handle(self, *args: Any, **options: Any) -> None:
        team = chosen_team(options["team"])
        issued = api_keys.issue(
            team,
            owner(options["email"]),
            actor="create_api_key",
            allowed_models=models(team, options["models"]),
            expires_at=expiry(options["expires"], ZoneInfo(team.time_zone)),
        )
        self.stderr.write(
            f"A key of {issued.key.owner_email} in team {team}. It is not shown again:"
        )
        self.stdout.write(issued.clear)


def owner(email: str) -> str:
    try:
        validate_email(normal_email(email))
    except ValidationError:
        raise CommandError(f"{email!r} is no e-mail address.", returncode=2) from None
    return normal_email(email)


def models(team: Team, given: str) -> list[str]:
    """The named models, without doubles; the team must be offered each of them."""
    names = [name.strip() for name in given.split(",") if name.strip()]
    offered = {model.id for model in catalogue.offered(team, ())}
    for name in names:
        if name not in offered:
            raise CommandError(
                f"There is no model {name!r}; GET /v1/models lists them.", returncode=2
            )
    if given and not names:
        raise CommandError("--models names no model.", returncode=2)
    return list(dict.fromkeys(names))


def expiry(given: str, zone: ZoneInfo) -> datetime | None:
    """The end of that day in the team's time zone, or the very moment if given."""
    if not given:
        return None
    try:
        day, moment = parse_date(given), parse_datetime(given)
    except ValueError:
        day = moment = None
    if day is not None:
        moment = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    if moment is None:
        raise CommandError(f"{given!r} is no date like 2027-01-31.", returncode=2)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if aware <= datetime.now(UTC):
        raise CommandError(f"{given!r} is over already.", returncode=2)
    return aware.astimezone(UTC)
