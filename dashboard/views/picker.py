"""The row of links and the form that choose a page's period."""

from dataclasses import dataclass

from dashboard.periods import PRESETS
from dashboard.views.asked import Asked


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class Picker:
    """`kept` are the page's own filters, which a new period leaves as they are."""

    links: list[Link]
    kept: dict[str, str]


def picker(asked: Asked, **kept: str) -> Picker:
    """This cycle is the default and needs no parameter."""
    links = [
        Link(
            str(title),
            asked.here(period="" if name == "cycle" else name, **kept),
            asked.period.preset == name,
        )
        for name, title in PRESETS.items()
    ]
    if len(asked.teams) > 1:
        kept["team"] = asked.team.slug
    return Picker(links, {name: value for name, value in kept.items() if value})
