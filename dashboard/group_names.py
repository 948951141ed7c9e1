"""What a local group may be called: something that can be seen, and told from the rows
that are no group."""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from dashboard.periods import BadInput

LONGEST_NAME = 100
# Letters and a sign that are drawn as nothing, and yet are “printable”.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def check_name(name: str, field: str) -> None:
    """Raises BadInput."""
    is_seen = name.isprintable() and BLANKS.isdisjoint(name) and name.strip()
    if not is_seen or len(name) > LONGEST_NAME:
        sentence = _("A group’s name has 1 to %(most)d characters that can be seen.")
        raise BadInput(field, sentence % {"most": LONGEST_NAME})
    if folded(name) in _reserved():
        sentence = _("Tables of groups have a row of this name: take another one.")
        raise BadInput(field, sentence)


def folded(name: str) -> str:
    """Names of which this is the same are one name."""
    return " ".join(name.casefold().split())


@cache
def _reserved() -> frozenset[str]:
    """In every language, as a page may be read in another one."""
    found = set()
    for code, _language in settings.LANGUAGES:
        with override(code):
            found |= {folded(_("In no group")), folded(_("Total"))}
    return frozenset(found)
