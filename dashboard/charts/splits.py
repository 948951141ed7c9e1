"""Rows of usage by day, keyed by what a chart is split by, and the keys' names.

A key is a model's name, a kind, an e-mail, or a local group's number.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from dashboard.charts.drawing import MOST_SERIES, OTHERS
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number
from dashboard.filters import Split
from dashboard.models import EventKind, LocalGroup, LocalGroupMember, Member
from dashboard.stats.by_group import less
from dashboard.stats.rows import By, UsageRow, columns
from dashboard.stats.sources import NO_GROUP
from dashboard.stats.usage import usage, usage_by_group, usage_of

Keyed = Iterator[tuple[str, UsageRow]]
# What a page may have read already: a measure of all groups by tick, the groups
# themselves, and a measure of everybody by e-mail.
GROUPS, KEPT_GROUPS, SPENDERS = "by group", "groups", "by person"
MODELS = (By.DAY, By.MODEL)


def rows(question: Question, split: Split, measures: Sequence[str]) -> Keyed:
    """The first measure decides who is among the people that are shown."""
    match split:
        case Split.MODEL:
            for row in _usage(question, MODELS, measures):
                yield row.model, row
        case Split.KIND:
            for row in _usage(question, [By.DAY, By.KIND], measures):
                yield row.kind, row
        case Split.PERSON:
            yield from _by_person(question, measures)
        case Split.GROUP:
            yield from _by_group(question, measures)


def in_all(question: Question, measures: Sequence[str]) -> list[UsageRow]:
    """Split by nothing; if the page has read it by model, so."""
    is_few = question.filters.only.group or question.filters.only.email is not None
    by = MODELS if is_few or _name(MODELS) in question.read else [By.DAY]
    return _usage(question, by, measures)


def names(question: Question, split: Split, keys: Collection[str]) -> Mapping[str, str]:
    match split:
        case Split.MODEL:
            return {key: key or _("No model named") for key in keys}
        case Split.KIND:
            return {key: str(EventKind(key).label) for key in keys}
        case Split.PERSON:
            return _names_of_people(question, keys)
        case Split.GROUP:
            return _names_of_groups(question, keys)


def _usage(
    question: Question, by: Collection[By], measures: Sequence[str]
) -> list[UsageRow]:
    only, is_there = question.filters.only, _name(by) in question.read
    if is_there or only.email is not None or (only.group and By.MEMBER not in by):
        return shared(question, by)
    return usage(
        question.team,
        question.period,
        by,
        only=only,
        measures=measures,
        grain=question.grain,
    )


def shared(question: Question, by: Collection[By]) -> list[UsageRow]:
    """With every measure. One person's rows, or one group's, are few: all charts of the
    page share them, as they do whatever else a page has read so."""
    only, grain = question.filters.only, question.grain
    return question.once(
        _name(by),
        lambda: usage(question.team, question.period, by, only=only, grain=grain),
    )


def _name(by: Collection[By]) -> tuple[str, ...]:
    return ("usage", *columns(by))


def _by_person(question: Question, measures: Sequence[str]) -> Keyed:
    """The highest people of the period by name, and all others together: nobody can
    tell a thousand colours apart, so nobody's days are read but theirs."""
    people = _ranked(question, measures[0])
    only, period = question.filters.only, question.period
    shown = people[: MOST_SERIES - (len(people) > MOST_SERIES)]
    days = usage_of(
        question.team,
        period,
        shown,
        only=only,
        measures=measures,
        grain=question.grain,
    )
    for row in days:
        yield row.email, row
    if len(people) > len(shown):
        whole = _usage(question, [By.DAY], measures)
        for row in less(whole, days, ["day"], measures):
            yield OTHERS, row


def _ranked(question: Question, measure: str) -> list[str]:
    """E-mails of everybody with usage, the highest first."""
    known: Mapping[str, Number] | None = question.read.get((SPENDERS, measure))
    if known is None:
        people = _usage(question, [By.MEMBER], [measure])
        known = {row.email: getattr(row, measure) for row in people}
    found = known
    return sorted(found, key=lambda email: (-found[email], email))


def _by_group(question: Question, measures: Sequence[str]) -> Keyed:
    """One group alone is asked for as such: its people may be asked for as well."""
    only = question.filters.only
    if only.group is not None:
        key = str(only.group or NO_GROUP)
        for row in _usage(question, [By.DAY], measures):
            yield key, row
        return
    if only.email is not None:
        yield from _by_own_groups(question, only.email, measures)
        return
    groups: Mapping[int, Iterable[UsageRow]] = question.once(
        (GROUPS, *measures),
        lambda: usage_by_group(
            question.team,
            question.period,
            [By.DAY],
            only=only,
            measures=measures,
            grain=question.grain,
        ),
    )
    for group, found in groups.items():
        for row in found:
            yield str(group), row


def _by_own_groups(question: Question, email: str, measures: Sequence[str]) -> Keyed:
    """One person's groups, one after the other, are few."""
    times = LocalGroupMember.objects.filter(group__team=question.team, email=email)
    parts: list[UsageRow] = []
    for group in times.order_by().values_list("group", flat=True).distinct():
        found = usage(
            question.team,
            question.period,
            [By.DAY],
            only=replace(question.filters.only, group=group),
            measures=measures,
            grain=question.grain,
        )
        parts += found
        for row in found:
            yield str(group), row
    for row in less(_usage(question, [By.DAY], measures), parts, ["day"], measures):
        yield str(NO_GROUP), row


def _names_of_people(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    """Two people of the same name are told apart by their e-mails."""
    members = Member.objects.of(question.team).filter(email__in=keys)
    named = dict(members.exclude(name="").values_list("email", "name"))
    twice = [name for name in named.values() if list(named.values()).count(name) > 1]
    found = {}
    for key in keys:
        name = named.get(key, "")
        plain = name if name not in twice else f"{name} ({key})"
        found[key] = plain or key or _("Unattributed")
    return found


def _names_of_groups(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    groups: Iterable[LocalGroup] = question.once(
        KEPT_GROUPS, lambda: LocalGroup.objects.filter(team=question.team)
    )
    named = {str(group.pk): group.name for group in groups}
    return {key: named.get(key) or _("In no group") for key in keys}
