"""The forms that make, change and delete groups, and say who is in them. For admins."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import grouping
from dashboard.group_keys import LONGEST_EMAIL, ids_of_members, key_of
from dashboard.group_names import LONGEST_NAME
from dashboard.grouping import Facts
from dashboard.models import LocalGroup, LocalGroupMember, Member
from dashboard.periods import BadInput
from dashboard.views.asked import Asked, Refused, page, show
from dashboard.views.asked_group import group_form, not_managed
from tokens.models import Change, Team, normal_email

SUGGESTED = 300
asking = require_http_methods(["GET", "HEAD", "POST"])


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, input_formats=["%Y-%m-%d"], widget=widget, **options
    )


class GroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    code = forms.CharField(
        label=gettext_lazy("Cost centre"),
        required=False,
        max_length=50,
        help_text=gettext_lazy("As your accounts call it; it stands beside the name."),
    )
    lead = forms.EmailField(
        label=gettext_lazy("Lead’s e-mail"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Who signs in with it and has the role of a lead sees this group’s page "
            "and its people’s usage."
        ),
    )

    def clean_lead(self) -> str:
        return normal_email(self.cleaned_data["lead"])


class EditForm(GroupForm):
    is_closed = forms.BooleanField(
        label=gettext_lazy("Closed"),
        required=False,
        help_text=gettext_lazy("It keeps its past and takes nobody new."),
    )


class DaysForm(forms.Form):
    first = _day(gettext_lazy("First day"))
    last = _day(
        gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: until further notice. Days are UTC."),
    )


class PersonForm(DaysForm):
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        max_length=LONGEST_EMAIL,
        help_text=gettext_lazy("Or the id of a member who has none."),
    )
    field_order = ("email", "first", "last")


class MoveForm(forms.Form):
    group = forms.ModelChoiceField(
        label=gettext_lazy("To"), queryset=LocalGroup.objects.none(), empty_label=None
    )
    first = _day(gettext_lazy("First day there"))


@asking
@page
def new(request: HttpRequest, asked: Asked) -> HttpResponse:
    _may(asked)
    form = GroupForm(request.POST or None)
    made = _done(form, lambda: grouping.create(asked.team, _facts(form), _actor(asked)))
    if made:
        messages.success(request, _("The group is here. Now add who is in it."))
        return _to_group(asked, made)
    return _form(request, asked, form, _("New group"), _("Make the group"))


@asking
@group_form
def edit(request: HttpRequest, asked: Asked) -> HttpResponse:
    group = _group(asked)
    title = _("Edit %(name)s") % {"name": group.name}
    form = EditForm(
        request.POST or None,
        initial={
            "name": group.name,
            "code": group.code,
            "lead": group.lead_email,
            "is_closed": group.archived_at is not None,
        },
    )

    def save() -> None:
        grouping.edit(group, _facts(form), _actor(asked), asked.now)

    if _done(form, save):
        messages.success(request, _("The group is changed."))
        return _to_group(asked, group)
    return _form(request, asked, form, title, _("Save"), can_delete=True)


@asking
@group_form
def delete(request: HttpRequest, asked: Asked) -> HttpResponse:
    group = _group(asked)
    if request.method == "POST":
        deleted = grouping.delete(group, _actor(asked))
        return redirect(reverse("groups") + asked.query(deleted=str(deleted.pk)))
    people = group.members.values("email").distinct().count()
    context = {"group": group, "people": people}
    return show(request, "dashboard/groups/delete.html", asked, context)


@require_POST
@page
def restore(request: HttpRequest, asked: Asked) -> HttpResponse:
    _may(asked)
    deleted = deletion(asked.team, request.POST.get("deleted", ""))
    if deleted is None:
        sentence = _("No deleted group of this team has this number.")
        raise Refused(404, "deleted", sentence)
    made = grouping.restore(asked.team, deleted, _actor(asked), asked.now)
    messages.success(request, _("%(name)s is here again.") % {"name": made.name})
    return _to_group(asked, made)


def deletion(team: Team, number: str) -> Change | None:
    """The line of the audit log that a group was deleted with."""
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    found = Change.objects.filter(team=team, action="group.delete", pk=int(number))
    return found.first()


@asking
@group_form
def add(request: HttpRequest, asked: Asked) -> HttpResponse:
    group = _group(asked)
    form = PersonForm(request.POST or None, initial={"first": asked.today})

    def save() -> LocalGroupMember:
        given = form.cleaned_data
        key = key_of(given["email"], ids_of_members(asked.team), "email")
        return grouping.add(group, key, given["first"], given["last"], _actor(asked))

    if made := _done(form, save):
        said = _("%(email)s is in %(group)s now.")
        messages.success(request, said % {"email": made.email, "group": group.name})
        return _to_group(asked, group, "#times")
    form.fields["email"].widget.attrs |= {"list": "people", "autocomplete": "off"}
    title = _("Add somebody to %(name)s") % {"name": group.name}
    suggested = _in_no_group(asked, asked.today)
    return _form(request, asked, form, title, _("Add"), suggested=suggested)


@asking
@page
def time(request: HttpRequest, asked: Asked, number: int) -> HttpResponse:
    """Somebody's time in a group: other days, another group, or never."""
    _may(asked)
    one = _time(asked, number)
    group = one.group
    doing = request.POST.get("do", "")
    days = DaysForm(
        request.POST if doing == "days" else None,
        initial={"first": one.first_day, "last": one.last_day},
    )
    moving = MoveForm(
        request.POST if doing == "move" else None,
        initial={"first": asked.today},
        prefix="to",
    )
    others = LocalGroup.objects.filter(team=asked.team, archived_at=None)
    moving.fields["group"].queryset = others.exclude(pk=group.pk)  # type: ignore[attr-defined]
    deeds: dict[str, tuple[forms.Form, Callable[[], None]]] = {
        "days": (days, lambda: _change(one, days, asked)),
        "move": (moving, lambda: _move(one, moving, asked)),
        "remove": (forms.Form({}), lambda: grouping.remove(one, _actor(asked))),
    }
    status = 200
    if request.method == "POST":
        if doing not in deeds:
            raise BadInput("do", _("do must be days, move or remove."))
        form, deed = deeds[doing]
        if _done(form, deed):
            messages.success(request, _("The change is saved."))
            return _to_group(asked, group, "#times")
        status = 400
    context = {"time": one, "group": group, "days": days, "moving": moving}
    answer = show(request, "dashboard/groups/time.html", asked, context)
    answer.status_code = status
    return answer


def _change(one: LocalGroupMember, form: forms.Form, asked: Asked) -> None:
    given = form.cleaned_data
    grouping.change(one, given["first"], given["last"], _actor(asked))


def _move(one: LocalGroupMember, form: forms.Form, asked: Asked) -> None:
    given = form.cleaned_data
    grouping.move(one, given["group"], given["first"], _actor(asked))


def _done(form: forms.Form, save: Callable[[], Any]) -> Any:
    """What was saved (True when that says nothing), or None with the reason in the
    form."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        saved = save()
    except BadInput as error:
        is_here = error.field in form.fields
        form.add_error(error.field if is_here else None, str(error))
        return None
    return True if saved is None else saved


def _facts(form: forms.Form) -> Facts:
    return Facts(**form.cleaned_data)


def _actor(asked: Asked) -> str:
    return asked.user.email


def _may(asked: Asked) -> None:
    if not asked.access.manages:
        raise not_managed()


def _group(asked: Asked) -> LocalGroup:
    if asked.group is None:
        sentence = _("Who is in no group is nobody’s to change: add them to a group.")
        raise Refused(404, "group", sentence)
    return asked.group


def _time(asked: Asked, number: int) -> LocalGroupMember:
    times = LocalGroupMember.objects.filter(group__team=asked.team, pk=number)
    found = times.select_related("group__team").first()
    if found is None:
        raise Refused(404, "number", _("Nobody’s time in a group has this number."))
    return found


def _in_no_group(asked: Asked, today: date) -> list[str]:
    """Members to suggest."""
    taken = LocalGroupMember.objects.filter(group__team=asked.team)
    taken = taken.exclude(last_day__lt=today)
    members = Member.objects.of(asked.team).present()
    free = members.exclude(email__in=taken.values("email")).order_by("email")
    return list(free.values_list("email", flat=True)[:SUGGESTED])


def _to_group(asked: Asked, group: LocalGroup, place: str = "") -> HttpResponse:
    return redirect(reverse("group", args=[group.pk]) + asked.query() + place)


def _form(
    request: HttpRequest,
    asked: Asked,
    form: forms.Form,
    title: str,
    button: str,
    **more: Any,
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "group": asked.group}
    answer = show(request, "dashboard/groups/form.html", asked, context | more)
    answer.status_code = 400 if form.is_bound else 200
    return answer
