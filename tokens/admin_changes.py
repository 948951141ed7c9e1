"""What people do on the admin site, written down as `Change` rows.

Before and after hold what differs, by the names of the columns. A secret, a password
or what identifies a machine is never in them: they say “changed”.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from tokens.crypto import EncryptedField, Secret
from tokens.models import Change, Team, TeamRole, Upstream, UpstreamToken, User

RECORDED = (User, TeamRole, Team, Upstream, UpstreamToken)
PRIVATE = {"password", "machine_id", "mac_id"}
USER_INFO = re.compile(r"(?<=://)[^/@]*(?=@)")
Values = dict[str, Any]


def values(row: Model | None) -> Values:
    """The columns that people fill in, private ones too: to compare only."""
    if row is None:
        return {}
    columns = [f for f in row._meta.concrete_fields if f.editable and not f.primary_key]
    found: Values = {}
    for column in columns:
        found[column.name] = _comparable(getattr(row, column.name))
    for many in row._meta.many_to_many:
        found[many.name] = sorted(map(str, getattr(row, many.name).all()))
    return found


def _comparable(value: Any) -> Any:
    """A secret stays sealed: one that no key opens can still be replaced."""
    if isinstance(value, Secret):
        return value.sealed()
    return str(value) if isinstance(value, Model) else value


def record(request: HttpRequest, row: Model, before: Values, after: Values) -> None:
    """Adds a `Change` when something differs. Empty `before`: the row is new; empty
    `after`: it is gone."""
    verb = "edit" if before and after else "add" if after else "delete"
    names = [n for n in after or before if before.get(n) != after.get(n)]
    if verb != "edit":
        names = [n for n in names if (before or after)[n]]
    if not names:
        return
    private = _private(row)
    told = {n: "changed" if n in private else _plain(after[n]) for n in names if after}
    known = {n: _plain(before[n]) for n in names if before and n not in private}
    Change.objects.create(
        team=_team(row),
        actor=request.user.get_username(),
        action=f"{_kind(row).replace(' ', '_')}.{verb}",
        subject=_subject(row)[:254],
        before=known if before else None,
        after=told if after else None,
    )


def _private(row: Model) -> set[str]:
    fields = row._meta.concrete_fields
    return PRIVATE | {f.name for f in fields if isinstance(f, EncryptedField)}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return USER_INFO.sub("…", value)
    return value if isinstance(value, int | list | dict | None) else str(value)


def _kind(row: Model) -> str:
    return str(row._meta.verbose_name)


def _team(row: Model) -> Team | None:
    return row if isinstance(row, Team) else getattr(row, "team", None)


def _subject(row: Model) -> str:
    if isinstance(row, Team):
        return row.slug
    # An alias is free text, and the name of a token without one shows its end.
    return f"{_kind(row)} {row.pk}" if isinstance(row, UpstreamToken) else str(row)


def stored(row: Model) -> Model | None:
    return type(row)._base_manager.filter(pk=row.pk).first()


def lost_with(rows: Iterable[Model]) -> list[Model]:
    """The rows and what the database deletes with them, of the recorded tables."""
    collector = NestedObjects(using="default")
    collector.collect(list(rows))
    return [row for model in RECORDED for row in collector.data.get(model, ())]


class RecordedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whatever is added, edited or deleted here, or in an inline, is written down."""

    def save_model(
        self, request: HttpRequest, obj: Model, form: Any, change: bool
    ) -> None:
        form.values_before = values(stored(obj)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        row = stored(form.instance)
        assert row is not None
        record(request, row, form.values_before, values(row))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        rows = [inline.instance for inline in formset.initial_forms]
        before = {row.pk: stored(row) for row in rows}
        lost = {pk: values(row) for pk, row in before.items()}
        super().save_formset(request, form, formset, change)
        for pk, row in before.items():
            if row is not None:
                record(request, row, lost[pk], values(stored(row)))
        for row in formset.new_objects:
            record(request, row, {}, values(row))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self._record_loss(request, [obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._record_loss(request, queryset)
        super().delete_queryset(request, queryset)

    def _record_loss(self, request: HttpRequest, rows: Iterable[Model]) -> None:
        for row in lost_with(rows):
            record(request, row, values(row), {})
