"""What there is to choose from in the filters."""

from dataclasses import dataclass

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from dashboard.models import DayModel, LocalGroup
from tokens.models import Team


@dataclass(frozen=True)
class Choices:
    """`models`: every model that anybody ever used, by name. `groups`: the names of the
    team's own groups by their numbers; archived ones keep their past."""

    models: list[str]
    groups: dict[str, str]


def choices(team: Team) -> Choices:
    """One query."""
    named = DayModel.objects.filter(team=team).exclude(model="").order_by()
    models = named.values_list(Value(""), "model").distinct()
    groups = LocalGroup.objects.filter(team=team).order_by()
    numbered = groups.values_list(Cast("pk", CharField()), "name")
    found = sorted(models.union(numbered, all=True), key=lambda row: row[1])
    return Choices(
        [name for number, name in found if not number],
        {number: name for number, name in found if number},
    )
