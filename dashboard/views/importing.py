"""Import a usage export of Cursor's own: hand it in, look at what it would do, confirm.

A worker reads the file and takes it in; these pages say how far it is.
"""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.imports import asking
from dashboard.imports.seen import Seen
from dashboard.models import UsageImport
from dashboard.tasks import send_import
from dashboard.uploads import LARGEST_FILE, came_too_large
from dashboard.views.asked import Asked, Refused, page, show
from tokens.models import Change, normal_email

LISTED = 10
TOO_LARGE = _(
    "The file is larger than 1 GB: cut it by month, or import it with "
    "manage.py import_usage_csv."
)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Usage export"),
        help_text=_("The CSV file from cursor.com/dashboard, Usage, Export."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    owner = forms.EmailField(
        label=_("Whose usage it is"),
        required=False,
        help_text=_("Only for a personal export, which has no column “User”."),
    )

    def clean_file(self) -> TemporaryUploadedFile:
        file: TemporaryUploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        return file

    def clean_owner(self) -> str:
        return normal_email(self.cleaned_data["owner"])


@require_http_methods(["GET", "HEAD", "POST"])
@page
def import_usage(request: HttpRequest, asked: Asked) -> HttpResponse:
    _may(asked)
    if came_too_large(request):
        return _refused(request, asked, 413, _too_large())
    if request.method != "POST":
        if number := request.GET.get("file"):
            return _page(request, asked, _one(asked, number))
        return _form(request, asked, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, asked, 400, form)
    file, owner = form.cleaned_data["file"], form.cleaned_data["owner"]
    who = asked.user.email
    one = asking.hand_in(asked.team, file, owner, who, asked.now, send_import)
    return _back(asked, one)


@require_POST
@page
def go(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Confirm, or go on with what was cut off."""
    _may(asked)
    one = _one(asked, request.POST.get("file", ""))
    if not asking.go(one, asked.now, send_import):
        messages.info(request, gettext("Nothing was started; this is how it stands."))
    elif one.confirmed_at is None and one.state == UsageImport.State.READY:
        _note(asked, one)
    return _back(asked, one)


@require_POST
@page
def cancel(request: HttpRequest, asked: Asked) -> HttpResponse:
    _may(asked)
    one = _one(asked, request.POST.get("file", ""))
    if not asking.cancel(one, asked.now):
        messages.info(request, gettext("It has ended already; this is how it stands."))
    return _back(asked, one)


def _may(asked: Asked) -> None:
    if not asked.access.manages:
        raise Refused(
            403, "team", gettext("Only an admin of the team can import usage.")
        )


def _one(asked: Asked, number: str) -> UsageImport:
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    mine = UsageImport.objects.filter(team=asked.team)
    one = mine.filter(pk=int(number)).first() if is_number else None
    if one is None:
        raise Refused(404, "file", gettext("The team has no import of this number."))
    return one


def _back(asked: Asked, one: UsageImport) -> HttpResponse:
    return redirect(reverse("import") + asked.query(file=str(one.pk)))


def _note(asked: Asked, one: UsageImport) -> None:
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="usage.import",
        subject=one.file_name,
        after={"new": one.inserted, "changed": one.updated, "days": one.days},
    )


def _form(request: HttpRequest, asked: Asked, form: ImportForm) -> HttpResponse:
    newest = UsageImport.objects.filter(team=asked.team)[:LISTED]
    rows = [(one, asked.query(file=str(one.pk))) for one in newest]
    context = {"form": form, "imports": rows}
    return show(request, "dashboard/import.html", asked, context)


def _too_large() -> ImportForm:
    """Whose file never came: that is all that is wrong with it."""
    form = ImportForm({}, MultiValueDict())
    form.fields["file"].error_messages["required"] = TOO_LARGE
    return form


def _refused(
    request: HttpRequest, asked: Asked, status: int, form: ImportForm
) -> HttpResponse:
    response = _form(request, asked, form)
    response.status_code = status
    return response


def _page(request: HttpRequest, asked: Asked, one: UsageImport) -> HttpResponse:
    here = asked.query(file=str(one.pk))
    context = {"one": one, "seen": Seen(one, asked.now), "here": here}
    return show(request, "dashboard/imports/one.html", asked, context)
