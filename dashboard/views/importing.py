"""Import a usage export of Cursor's own: look at what is in it, then take it in.

The file is sent twice, once to look and once to import. So none waits on the server,
and what is imported is what was chosen.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dashboard.sync.csv_import import Report, import_csv, preview
from dashboard.sync.lease import LeaseLost, LeaseTaken
from dashboard.usage_csv import BadCsv
from dashboard.views.asked import Asked, Refused, page, show
from dashboard.writing import here
from tokens.models import Change, normal_email

LARGEST = 50 * 1024 * 1024


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

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _(
                    "The file is larger than 50 MB: cut it by month, or import it with "
                    "manage.py import_usage_csv."
                )
            )
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@page
def import_usage(request: HttpRequest, asked: Asked) -> HttpResponse:
    if not asked.access.manages:
        raise Refused(
            403, "team", gettext("Only an admin of the team can import usage.")
        )
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, asked, ImportForm())
    is_import = request.POST.get("do") == "import"
    report = _read(asked, form, is_import) if form.is_valid() else None
    if report is None:
        return _page(request, asked, form, status=400)
    if not is_import:
        return _page(request, asked, form, report=report)
    _note(asked, form, report)
    messages.success(request, _sentence(report))
    return redirect(reverse("sync") + asked.query() + "#runs")


def _read(asked: Asked, form: ImportForm, is_import: bool) -> Report | None:
    """None when the file is not taken; the form says why."""
    file, owner = form.cleaned_data["file"], normal_email(form.cleaned_data["owner"])
    read = import_csv if is_import else preview
    try:
        return read(asked.team, file, owner)
    except BadCsv as error:
        form.add_error("file", _("Nothing was imported. %s") % error)
    except (LeaseTaken, LeaseLost) as reason:
        form.add_error(None, _("%s Try again in a minute.") % reason)
    return None


def _note(asked: Asked, form: ImportForm, report: Report) -> None:
    name = form.cleaned_data["file"].name or ""
    counts = report.counts
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="usage.import",
        subject=name[:254],
        after={"inserted": counts.inserted, "updated": counts.updated},
    )


def _sentence(report: Report) -> str:
    counts = report.counts
    return _(
        "Imported: %(inserted)s rows are new, %(updated)s were changed, "
        "%(unchanged)s were here already."
    ) % {
        "inserted": here().number(counts.inserted),
        "updated": here().number(counts.updated),
        "unchanged": here().number(counts.unchanged),
    }


def _page(
    request: HttpRequest,
    asked: Asked,
    form: ImportForm,
    report: Report | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "report": report}
    response = show(request, "dashboard/import.html", asked, context)
    response.status_code = status
    return response
