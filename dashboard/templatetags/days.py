"""What a day of a coverage calendar is, in words: for a pointer and for the ear."""

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.stats.calendar import Cell, Mark
from dashboard.templatetags import figures

register = template.Library()
WORDS = {
    Mark.COMPLETE: _("complete"),
    Mark.PROVISIONAL: _("provisional"),
    Mark.IMPORTED: _("imported"),
    Mark.IMPORTED_PART: _("imported in part"),
    Mark.MISSING: _("not fetched yet"),
    Mark.FAILED: _("failed"),
    Mark.BEFORE: _("older than asked for"),
}


@register.filter
def words(cell: Cell) -> str:
    """`12 Nov 2026: complete, 431 rows in a window of 7 days`."""
    said = f"{figures.day(cell.day)}: {WORDS[cell.mark]}"
    if cell.rows is not None:
        said += ", " + ngettext("%(rows)s row", "%(rows)s rows", cell.rows) % {
            "rows": figures.count(cell.rows)
        }
        if cell.days > 1:
            said += " " + _("in a window of %(days)s days") % {"days": cell.days}
    return f"{said}. {cell.error}" if cell.error else said
