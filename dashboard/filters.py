"""What a request asks for: every page, chart, export and link takes the same filters.

Each has one name in the query string. What is not in it, or is empty, is the default;
what cannot be read is a BadInput that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.grains import Grain, fitting
from dashboard.models import EventKind
from dashboard.periods import BadInput, Cycle, Period
from dashboard.periods import parse as parse_period
from dashboard.stats.sources import NO_GROUP, Only
from tokens.models import normal_email

C = TypeVar("C", bound=StrEnum)
LONGEST = 200
# In a query string: nobody's group, usage without an e-mail.
NOBODY = "-"


class Measure(StrEnum):
    """Which money is shown, the switch of every page. Numbers that are no money are of
    the same events."""

    TOTAL = "total"
    ON_DEMAND = "on_demand"
    INCLUDED = "included"

    @property
    def kind(self) -> EventKind | None:
        """The kind of events that it is about; None: all."""
        return None if self is Measure.TOTAL else EventKind(self.value)

    @property
    def label(self) -> str:
        return str(_MEASURES[self])


_MEASURES = {
    Measure.TOTAL: gettext_lazy("Total"),
    Measure.ON_DEMAND: gettext_lazy("On-demand"),
    Measure.INCLUDED: gettext_lazy("Included"),
}


class Split(StrEnum):
    MODEL = "model"
    KIND = "kind"
    PERSON = "person"
    GROUP = "group"

    @property
    def label(self) -> str:
        return str(_SPLITS[self])


_SPLITS = {
    Split.MODEL: gettext_lazy("Model"),
    Split.KIND: gettext_lazy("Kind"),
    Split.PERSON: gettext_lazy("Person"),
    Split.GROUP: gettext_lazy("Group"),
}


@dataclass(frozen=True)
class Filters:
    """`group`, `model` and `email`: None is everything. An empty `email` is the usage
    that the vendor gave without one, an empty `model` that without a model, and
    `group` 0 the people who are in no group. `split` and `grain`: None leaves it to the
    page, and to the length of the period."""

    period: Period
    group: int | None = None
    model: str | None = None
    email: str | None = None
    measure: Measure = Measure.TOTAL
    split: Split | None = None
    chosen_grain: Grain | None = None

    @property
    def grain(self) -> Grain:
        return self.chosen_grain or fitting(self.period)

    @property
    def only(self) -> Only:
        return Only(self.group, self.model, self.email, self.measure.kind)

    @property
    def narrows(self) -> bool:
        """Whether only a part of the team's usage is asked for."""
        return any(one is not None for one in (self.group, self.model, self.email))

    @cached_property
    def given(self) -> dict[str, str]:
        """As parameters, the defaults left out."""
        every = self._period() | {
            "group": _or_nobody(self.group),
            "model": _or_nobody(self.model),
            "email": _or_nobody(self.email),
            "measure": "" if self.measure is Measure.TOTAL else self.measure.value,
            "split": self.split.value if self.split else "",
            "grain": self.chosen_grain.value if self.chosen_grain else "",
        }
        return {name: value for name, value in every.items() if value}

    def query(self, **changes: str) -> str:
        """A query string that keeps the filters, with changes; an empty value takes a
        parameter away. A change of the period replaces all of it."""
        kept = self.given
        if not changes.keys().isdisjoint(PERIOD):
            kept = {name: value for name, value in kept.items() if name not in PERIOD}
        given = {name: value for name, value in (kept | changes).items() if value}
        return f"?{urlencode(given)}" if given else ""

    def dates(self, **changes: str) -> str:
        """The same with the days themselves, on whatever day it is read."""
        start, end = self.period.start.isoformat(), self.period.end.isoformat()
        return self.query(start=start, end=end, **changes)

    def _period(self) -> dict[str, str]:
        if self.period.preset == "cycle":
            return {}
        if self.period.preset:
            return {"period": self.period.preset}
        return {
            "start": self.period.start.isoformat(),
            "end": self.period.end.isoformat(),
        }


PERIOD = ("period", "start", "end")


def parse(query: Mapping[str, str], cycle: Cycle, today: date) -> Filters:
    """Raises BadInput."""
    measure, split = _choice(query, "measure", Measure), _choice(query, "split", Split)
    return Filters(
        period=parse_period(query, cycle, today),
        group=_group(query),
        model=_text(query, "model"),
        email=_email(query),
        measure=measure or Measure.TOTAL,
        split=split,
        chosen_grain=_grain(query),
    )


def _or_nobody(value: str | int | None) -> str:
    return "" if value is None else str(value) if value else NOBODY


def _choice(query: Mapping[str, str], field: str, kind: type[C]) -> C | None:
    text = query.get(field, "")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise _not_one_of(field, [choice.value for choice in kind]) from None


def _grain(query: Mapping[str, str]) -> Grain | None:
    return None if query.get("grain") == "auto" else _choice(query, "grain", Grain)


def _not_one_of(field: str, allowed: list[str]) -> BadInput:
    sentence = _("%(field)s must be one of %(allowed)s.")
    return BadInput(field, sentence % {"field": field, "allowed": ", ".join(allowed)})


def text_of(query: Mapping[str, str], field: str) -> str:
    """What somebody typed, without blanks around it. Raises BadInput."""
    text = query.get(field, "").strip()
    if len(text) > LONGEST or not text.isprintable():
        sentence = _("%(field)s must be at most %(most)d characters that can be seen.")
        raise BadInput(field, sentence % {"field": field, "most": LONGEST})
    return text


def _text(query: Mapping[str, str], field: str) -> str | None:
    text = text_of(query, field)
    return "" if text == NOBODY else text or None


def _email(query: Mapping[str, str]) -> str | None:
    text = _text(query, "email")
    return normal_email(text) if text else text


def _group(query: Mapping[str, str]) -> int | None:
    text = query.get("group", "").strip()
    if not text:
        return None
    if text == NOBODY:
        return NO_GROUP
    if not (text.isascii() and text.isdecimal() and len(text) <= 18 and int(text)):
        sentence = _("group must be the number of a group, or - for nobody’s.")
        raise BadInput("group", sentence)
    return int(text)
