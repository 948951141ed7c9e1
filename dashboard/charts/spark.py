"""A small drawing of somebody's spend over time, and the same in words.

It is an SVG path without colours or styles: one unit of width per day, week or month,
so that the page's CSS gives it its size and its colour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from dashboard.grains import Bucket, Grain
from dashboard.stats.rows import ZERO
from dashboard.templatetags import figures

HEIGHT = 24


@dataclass(frozen=True)
class Spark:
    """`width`: how many places there are."""

    width: int
    path: str
    words: str


def spark(
    cents: Mapping[date, Decimal], places: Sequence[Bucket], grain: Grain
) -> Spark | None:
    """None of who spent nothing. Each has a scale of its own, so that a small spender's
    weeks can be told apart as well."""
    values = [cents.get(place.first, ZERO) for place in places]
    most = max(values, default=ZERO)
    if most <= 0:
        return None
    where = places[values.index(most)]
    words = _("Highest: %(amount)s, %(when)s") % {
        "amount": figures.dollars(most),
        "when": _when(where, grain),
    }
    return Spark(len(values), _path(values, most), words)


def _path(values: Sequence[Decimal], most: Decimal) -> str:
    """Steps from the left to the right; what is not nothing is seen."""
    steps, at = [f"M0 {HEIGHT}"], HEIGHT
    for value in values:
        top = HEIGHT - max(round(HEIGHT * value / most), 1 if value > 0 else 0)
        if top != at:
            steps.append(f"V{top}")
        steps.append("h1")
        at = top
    return "".join([*steps, f"V{HEIGHT}z"])


def _when(place: Bucket, grain: Grain) -> str:
    if grain is Grain.MONTH:
        return figures.month(place.first)
    first = figures.day(place.first)
    return (
        first if place.first == place.last else f"{first} – {figures.day(place.last)}"
    )
