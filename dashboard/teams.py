"""The team that a command or a page means."""

from django.core.management.base import CommandError

from tokens.models import Team


def team_named(slug: str | None) -> Team:
    """The team with this slug; without one, the only (or oldest real) team.

    Raises CommandError with a sentence that lists the slugs.
    """
    if slug is None:
        team = Team.objects.default()
        if team is None:
            raise CommandError("There is no team yet: run `manage.py setup` first.")
        if Team.objects.real().count() > 1:
            raise CommandError(f"There are several teams; add --team: {_slugs()}.")
        return team
    found = Team.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"--team: there is no team {slug!r}; known: {_slugs()}.")
    return found


def _slugs() -> str:
    return ", ".join(Team.objects.values_list("slug", flat=True)) or "none"
