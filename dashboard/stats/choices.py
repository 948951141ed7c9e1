"""What there is to choose from in a filter."""

from dashboard.models import DayModel, LocalGroup
from tokens.models import Team


def models_used(team: Team) -> list[str]:
    """Every model that anybody ever used, by name."""
    named = DayModel.objects.filter(team=team).exclude(model="")
    return list(named.order_by("model").values_list("model", flat=True).distinct())


def groups_of(team: Team) -> dict[str, str]:
    """The names of the team's own groups by their numbers; archived ones keep their
    past."""
    groups = LocalGroup.objects.filter(team=team).order_by("name")
    return {str(pk): name for pk, name in groups.values_list("pk", "name")}
