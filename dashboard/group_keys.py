"""Who may be in a group: an e-mail, or the id of a member of whom the vendor tells
none."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from dashboard.models import Member
from dashboard.periods import BadInput
from tokens.models import Team, normal_email

LONGEST_EMAIL = 200


def ids_of_members(team: Team) -> frozenset[str]:
    """Of those without an e-mail. One query."""
    nameless = Member.objects.of(team).exclude(email__contains="@")
    return frozenset(nameless.values_list("email", flat=True))


def key_of(text: str, ids: Collection[str], field: str) -> str:
    """By which a person is known everywhere. Raises BadInput."""
    if text.strip() in ids:
        return text.strip()
    email = normal_email(text)
    try:
        validate_email(email)
    except ValidationError:
        raise _nobody(field) from None
    if len(email) > LONGEST_EMAIL:
        raise _nobody(field)
    return email


def _nobody(field: str) -> BadInput:
    return BadInput(field, _("This is no e-mail address, and no member’s id."))
