"""What a day of a coverage calendar is, in words: for a pointer and for the ear."""

from django import template

from dashboard.stats.calendar import Cell, Mark
from dashboard.templatetags import figures

register = template.Library()
WORDS = {
    Mark.COMPLETE: "complete",
    Mark.PROVISIONAL: "provisional",
    Mark.MISSING: "not fetched yet",
    Mark.FAILED: "failed",
    Mark.BEFORE: "older than asked for",
}


@register.filter
def words(cell: Cell) -> str:
    """`12 Nov 2026: complete, 431 rows in a window of 7 days`."""
    said = f"{figures.day(cell.day)}: {WORDS[cell.mark]}"
    if cell.rows is not None:
        said += f", {cell.rows:,} row{'' if cell.rows == 1 else 's'}"
        said += f" in a window of {cell.days} days" if cell.days > 1 else ""
    return f"{said}. {cell.error}" if cell.error else said
