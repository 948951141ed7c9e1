"""What stands on top of a page of numbers: its period, its filters, its money."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from dashboard.filters import NOBODY, PERIOD, Measure, Split
from dashboard.grains import Grain
from dashboard.kept import kept, named
from dashboard.periods import PRESETS
from dashboard.stats.choices import Choices, choices
from dashboard.views.asked import Asked


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `url` takes it off."""

    title: str
    value: str
    url: str


@dataclass(frozen=True)
class Choice:
    value: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class Picker:
    """`own` are the page's own parameters, which a new period leaves as they are.
    `names`: the groups to choose from, where they are not simply all of the team's.
    `of_people`: people and groups can be chosen."""

    asked: Asked
    own: dict[str, str]
    names: dict[str, str] | None = None
    of_people: bool = True

    @property
    def is_personal(self) -> bool:
        """The page of one person or group needs no filters."""
        return self.asked.whose is not None or self.asked.of_group

    @property
    def links(self) -> list[Link]:
        """This cycle is the default and needs no parameter."""
        here = self.asked.period.preset
        return [
            Link(str(title), self._here(period=_unless(name, "cycle")), here == name)
            for name, title in PRESETS.items()
        ]

    @property
    def kept(self) -> dict[str, str]:
        """What a form that asks for other days sends along."""
        return {n: v for n, v in self.whole.items() if n not in PERIOD}

    @property
    def kept_by_filters(self) -> dict[str, str]:
        filters = ("group", "model", "email", "grain")
        return {n: v for n, v in self.whole.items() if n not in filters}

    @property
    def whole(self) -> dict[str, str]:
        """All parameters of this page."""
        team = self.asked.in_team()
        every = self.asked.filters.given | team | self.own
        if self.asked.whose is not None:
            every = every | {"email": ""}
        if self.asked.of_group:
            every = every | {"group": ""}
        return {name: value for name, value in every.items() if value}

    @property
    def measures(self) -> list[Link]:
        here = self.asked.filters.measure
        return [
            Link(
                one.label, self._here(measure=_unless(one, Measure.TOTAL)), one is here
            )
            for one in Measure
        ]

    @property
    def chips(self) -> list[Chip]:
        filters, name = self.asked.filters, None
        if filters.group is not None:
            name = self._group_name
        found = [
            ("group", _("Group"), name, _("In no group")),
            ("model", _("Model"), filters.model, _("No model named")),
            ("email", _("Person"), filters.email, _("Unattributed")),
        ]
        return [
            Chip(title, value or nobody, self._here(**{field: ""}))
            for field, title, value, nobody in found
            if value is not None
            and not (field == "email" and self.is_personal)
            and not (field == "group" and self.asked.of_group)
        ]

    @property
    def email(self) -> str:
        return self.asked.filters.given.get("email", "")

    @property
    def groups(self) -> list[Choice]:
        """None where the team keeps no groups."""
        if not self.of_people:
            return []
        chosen = self.asked.filters.given.get("group", "")
        groups = self._groups
        nobodys = {NOBODY: _("In no group")} if groups else {}
        every = (groups | nobodys).items()
        return [Choice(value, name, value == chosen) for value, name in every]

    @property
    def models(self) -> list[Choice]:
        chosen = self.asked.filters.model
        names = self._offered.models
        if chosen and chosen not in names:
            names = [chosen, *names]
        return [Choice(name, name, name == chosen) for name in names]

    @property
    def grains(self) -> list[Choice]:
        titles = {
            Grain.DAY: _("Days"),
            Grain.WEEK: _("Weeks"),
            Grain.MONTH: _("Months"),
        }
        chosen = self.asked.filters.chosen_grain
        return [Choice(one.value, titles[one], one is chosen) for one in Grain]

    def splits(self, *offered: Split) -> list[Link]:
        """The first is the default and needs no parameter."""
        here = self.asked.filters.split or offered[0]
        return [
            Link(one.label, self._here(split=_unless(one, offered[0])), one is here)
            for one in offered
        ]

    @property
    def _groups(self) -> dict[str, str]:
        return self._offered.groups if self.names is None else self.names

    @property
    def _group_name(self) -> str:
        group = self.asked.group
        number = str(self.asked.filters.group)
        return group.name if group else (self.names or {}).get(number, "")

    @cached_property
    def _offered(self) -> Choices:
        team, version = self.asked.team, self.asked.version
        return kept(named("choices", team.pk, version), lambda: choices(team))

    def _here(self, **changes: str) -> str:
        return self.asked.here(**self.own | changes)


def picker(asked: Asked, names: dict[str, str] | None = None, /, **own: str) -> Picker:
    return Picker(asked, own, names)


def _unless(value: str, default: str) -> str:
    return "" if value == default else value
