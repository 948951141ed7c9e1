"""Who is in which group, from a file and to one: look at it first, then say yes."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.exporting import download
from dashboard.group_csv import COLUMNS, Problem, Row, read
from dashboard.group_import import (
    ChangedMeanwhile,
    digest,
    exported,
    planned,
    take_in,
)
from dashboard.group_keys import ids_of_members
from dashboard.group_plan import Plan
from dashboard.periods import BadInput
from dashboard.views.asked import Asked, export, page, show
from dashboard.views.asked_group import not_managed
from tokens.models import Change

LARGEST = 1024 * 1024
LISTED = 200


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "Columns email, group, from and until, with days like 2026-01-31; an empty "
            "until is until further notice."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> str:
        """Its text."""
        file: TemporaryUploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than 1 MB: cut it."))
        return decoded(file.read())


@dataclass(frozen=True)
class Given:
    """A file's text with what is in it. Raises BadInput when it is no such file."""

    name: str
    text: str
    rows: list[Row]
    problems: list[Problem]


def decoded(sent: bytes) -> str:
    try:
        return sent.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = sent[: error.start].count(b"\n") + 1
        column = error.start - sent.rfind(b"\n", 0, error.start)
        sentence = _("Line %(line)d, byte %(column)d is not UTF-8: save it as that.")
        said = {"line": line, "column": column}
        raise forms.ValidationError(sentence % said) from None


@require_http_methods(["GET", "HEAD", "POST"])
@page
def import_groups(request: HttpRequest, asked: Asked) -> HttpResponse:
    if not asked.access.manages:
        raise not_managed()
    if request.POST.get("do") == "go":
        return _go(request, asked)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        name = request.FILES["file"].name or ""  # type: ignore[union-attr]
        try:
            return _preview(
                request, asked, _given(asked, name, form.cleaned_data["file"])
            )
        except BadInput as error:
            form.add_error("file", str(error))
    return _show(request, asked, {"form": form}, 400 if form.is_bound else 200)


@require_safe
@export
def groups_members_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="groups.exported",
        subject=asked.team.slug,
    )
    name = f"group-members-{asked.team.slug}-{asked.today}.csv"
    return download(request, name, COLUMNS, exported(asked.team))


def _go(request: HttpRequest, asked: Asked) -> HttpResponse:
    sent = request.POST
    given = _given(asked, sent.get("name", ""), sent.get("text", ""))
    shown, who = sent.get("shown", ""), asked.user.email
    try:
        done = take_in(asked.team, given.rows, given.problems, shown, who, given.name)
    except ChangedMeanwhile:
        return _preview(request, asked, given, is_new=True)
    said = ngettext(
        "%(n)d row was taken in.", "%(n)d rows were taken in.", done.changes
    )
    messages.success(request, said % {"n": done.changes})
    return redirect(reverse("groups") + asked.query())


def _given(asked: Asked, name: str, text: str) -> Given:
    seen = "".join(letter for letter in name if letter.isprintable())
    return Given(seen[:200], text, *read(text, ids_of_members(asked.team)))


def _preview(
    request: HttpRequest, asked: Asked, given: Given, *, is_new: bool = False
) -> HttpResponse:
    found = planned(asked.team, given.rows, given.problems)
    context = {
        "given": given,
        "plan": found,
        "shown": digest(found),
        "is_new": is_new,
        "listed": Plan(
            found.added[:LISTED],
            found.changed[:LISTED],
            found.same,
            found.refused[:LISTED],
            found.new_groups,
        ),
    }
    return _show(request, asked, context, 200)


def _show(
    request: HttpRequest, asked: Asked, context: dict[str, Any], status: int
) -> HttpResponse:
    answer = show(request, "dashboard/groups/import.html", asked, context)
    answer.status_code = status
    return answer
