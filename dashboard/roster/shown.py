"""The table of people as a page shows it: heads that sort, rows of written cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dashboard.charts.spark import Spark
from dashboard.roster.columns import COLUMNS, Column
from dashboard.roster.rows import together
from dashboard.roster.wanted import Wanted
from dashboard.stats.roster import Somebody
from dashboard.templatetags import figures

# What adds up at the foot of the table.
SUMMED = {
    "spend",
    "change",
    "before",
    "included",
    "on-demand",
    "requests",
    "units",
    "tokens",
    "lines",
}
Here = Callable[..., str]


@dataclass(frozen=True)
class Heading:
    """A column's head: `url` sorts by it, or the other way if it is sorted by."""

    title: str
    url: str
    order: str
    is_number: bool


@dataclass(frozen=True)
class Cell:
    """`exact`: the number behind the text, as plain digits."""

    name: str
    text: str
    is_number: bool = False
    is_zero: bool = False
    exact: str = ""


@dataclass(frozen=True)
class Row:
    somebody: Somebody
    cells: list[Cell]
    spark: Spark | None


def columns(wanted: Wanted) -> list[Column]:
    return [COLUMNS[name] for name in wanted.columns]


def headings(wanted: Wanted, here: Here) -> list[Heading]:
    """Numbers sort from the highest at first, words from A."""
    made = []
    for column in [COLUMNS["name"], *columns(wanted)]:
        is_here = wanted.sorted_by == column.name
        down = wanted.is_descending if is_here else not column.is_number
        order = ("descending" if down else "ascending") if is_here else ""
        turned = replace(wanted, page=1, sort=_other(column, wanted, is_here))
        url = here(**turned.given)
        made.append(Heading(str(column.title), url, order, column.is_number))
    return made


def _other(column: Column, wanted: Wanted, is_here: bool) -> str:
    if is_here:
        return column.name if wanted.is_descending else f"-{column.name}"
    return f"-{column.name}" if column.is_number else column.name


def shown(
    people: Iterable[Somebody], wanted: Wanted, drawn: dict[str, Spark | None]
) -> list[Row]:
    chosen = columns(wanted)
    return [
        Row(one, [_cell(column, one) for column in chosen], drawn.get(one.email))
        for one in people
    ]


def total(found: Sequence[Somebody], wanted: Wanted) -> list[Cell]:
    """Of everybody who is found, also on the other pages."""
    whole = together(found)
    return [
        _cell(column, whole)
        if column.name in SUMMED
        else Cell("", "", column.is_number)
        for column in columns(wanted)
    ]


def _cell(column: Column, one: Somebody) -> Cell:
    value = column.exact(one) if column.exact else None
    return Cell(
        column.name,
        column.text(one),
        column.is_number,
        value is not None and not value,
        "" if value is None else figures.exact(value),
    )
