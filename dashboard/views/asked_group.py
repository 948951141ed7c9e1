"""What a request asks for on pages about one local group.

Who leads a group sees its sums, whoever was in it, and its people while they are in it.
"""

from dataclasses import replace

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.filters import NOBODY
from dashboard.stats.sources import NO_GROUP
from dashboard.views.asked import (
    Asked,
    NotEveryones,
    Refused,
    View,
    asking_with,
    first_read,
    group_of,
    no_group,
    read,
    refusal_json,
    refusal_page,
    visible,
)


def groups_page(view: View) -> View:
    """For who sees everybody; who leads a group is led to it."""
    return asking_with(view, _led_page, read)


def group_page(view: View) -> View:
    """About one group: the `group` in the address."""
    return asking_with(view, refusal_page, read_group)


def group_form(view: View) -> View:
    """The same, for admins alone."""
    return asking_with(view, refusal_page, read_managed_group)


def sums_data(view: View) -> View:
    """JSON that names the field it refuses. Who may not see everyone may ask for the
    `email` of somebody whom they see, or for a `group` that they lead: the view shows
    nothing that its filters do not narrow, and with `asked.of_group` names nobody."""
    return asking_with(view, refusal_json, read_sums)


def sums_export(view: View) -> View:
    """A file, for whom `sums_data` is."""
    return asking_with(view, refusal_page, read_sums, lambda view: view)


def read_sums(request: HttpRequest) -> Asked:
    """Sums of a group, for those who lead it too; one person's as `read_visible`."""
    asked = first_read(request)
    if asked.access.leads and asked.filters.group and asked.filters.email is None:
        return _about_group(asked, str(asked.filters.group))
    return visible(asked)


def read_group(request: HttpRequest, group: str) -> Asked:
    """`group` as in an address: a hyphen is who is in none."""
    return _about_group(first_read(request), group)


def read_managed_group(request: HttpRequest, group: str) -> Asked:
    asked = first_read(request)
    if not asked.access.manages:
        raise not_managed()
    return _about_group(asked, group)


def not_managed() -> Refused:
    return Refused(403, "team", _("Only an admin of the team can change groups."))


def _about_group(asked: Asked, group: str) -> Asked:
    if not asked.access.sees_everyone and not asked.access.leads:
        raise NotEveryones(asked)
    number = _number(group)
    if asked.access.sees_everyone:
        found = group_of(asked.team, number) if number else None
    else:
        found = next((one for one in asked.leads if one.pk == number), None)
        if found is None:
            raise NotEveryones(asked)
    filters = replace(asked.filters, group=number, email=None)
    return replace(asked, filters=filters, group=found, of_group=True)


def _number(group: str) -> int:
    if group == NOBODY:
        return NO_GROUP
    if not (group.isascii() and group.isdecimal() and len(group) <= 18 and int(group)):
        raise no_group()
    return int(group)


def _led_page(request: HttpRequest, refused: Refused) -> HttpResponseBase:
    if isinstance(refused, NotEveryones):
        for group in refused.asked.leads:
            query = refused.asked.query(group="")
            return redirect(reverse("group", args=[group.pk]) + query)
    return refusal_page(request, refused)
