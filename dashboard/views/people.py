"""The table of everybody: who has a seat, who left, who is known by usage alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.core.paginator import EmptyPage, Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.charts.spark import Spark, spark
from dashboard.exporting import Cell, download
from dashboard.grains import buckets, fitting
from dashboard.models import FreshMonth, Stream
from dashboard.periods import DAY, BadInput, Period, comparable
from dashboard.roster.columns import standing
from dashboard.roster.forms import choices, narrowed_by
from dashboard.roster.rows import narrowed, ordered
from dashboard.roster.shown import columns, headings, shown, total
from dashboard.roster.wanted import NARROWING, SHOWING, Wanted, wanted
from dashboard.stats.group_times import GroupTimes, group_times
from dashboard.stats.progress import progress
from dashboard.stats.roster import Months, Somebody, Span, months_of, roster
from dashboard.stats.spans import with_days_to_come
from dashboard.stats.sparks import sparks
from dashboard.views.asked import Asked, led_export, led_page, no_group, show
from dashboard.views.picker import picker
from tokens.models import Change


@dataclass(frozen=True)
class Found:
    """`everybody` whom the reader may see, `people` of them whom they asked for.
    `groups`: the names of those that may be chosen, by their numbers."""

    asked: Asked
    wanted: Wanted
    times: GroupTimes
    groups: dict[str, str]
    span: Span
    months: Months
    everybody: list[Somebody]
    people: list[Somebody]

    @property
    def seats(self) -> int:
        return sum(one.has_seat for one in self.everybody)

    @property
    def departed(self) -> int:
        return sum(one.left_at is not None for one in self.everybody)

    @property
    def is_narrowed(self) -> bool:
        return self.wanted.narrows or self.asked.filters.narrows


@require_safe
@led_page
def people(request: HttpRequest, asked: Asked) -> HttpResponse:
    found = _found(request, asked)
    want, page = found.wanted, _page(found)
    choosing = picker(asked, found.groups, **replace(want, page=1).given)
    context = {
        "picker": choosing,
        "covered": asked.covered,
        "refusals": _refusals(found),
        "found": found,
        "page": page,
        "headings": headings(want, asked.here),
        "rows": shown(page, want, _drawn(found, list(page))),
        "total": total(found.people, want),
        "choices": choices(want, found.everybody),
        "narrowed_by": narrowed_by(want),
        "narrowing": {n: v for n, v in choosing.whole.items() if n not in NARROWING},
        "showing": {n: v for n, v in choosing.whole.items() if n not in SHOWING},
        "person_query": asked.query(**want.given),
        "csv_query": asked.dates(**replace(want, page=1).given),
        "clear_url": asked.here(group="", model="", email="", **want.unnarrowed.given),
        "previous_url": asked.here(**replace(want, page=want.page - 1).given),
        "next_url": asked.here(**replace(want, page=want.page + 1).given),
    }
    return show(request, "dashboard/people.html", asked, context)


@require_safe
@led_export
def people_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    """The rows and columns of the table, on all its pages. Drawings have no cells."""
    found = _found(request, asked)
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="people.exported",
        subject=f"{asked.period.start} to {asked.period.end}",
        after=dict(asked.filters.given | replace(found.wanted, page=1).given),
    )
    written = [one for one in columns(found.wanted) if one.cell]
    heads = [_("Person"), _("E-mail"), _("Standing")]
    heads += [str(one.heading or one.title) for one in written]
    name = f"people-{asked.team.slug}-{asked.period.start}-{asked.period.end}.csv"

    def rows() -> Iterator[list[Cell]]:
        for one in found.people:
            cells = [column.cell(one) for column in written if column.cell]
            yield [one.title, one.email, standing(one) or _("Seat"), *cells]

    return download(request, name, heads, rows())


def _found(request: HttpRequest, asked: Asked) -> Found:
    want = wanted(request.GET)
    times = group_times(asked.team)
    names = times.names if asked.led is None else times.of(asked.led)
    if asked.filters.group and asked.filters.group not in names:
        raise no_group()
    span = Span(asked.period, _before(asked), asked.cycle, asked.today)
    only = asked.filters.only
    months = asked.kept("months", lambda: months_of(asked.team, span))
    everybody = asked.kept(
        "roster", lambda: roster(asked.team, span, only, times, months)
    )
    if asked.led is not None:
        everybody = [one for one in everybody if one.email in asked.led]
    people = ordered(narrowed(everybody, want, asked.today), want)
    groups = {str(pk): name for pk, name in names.items()}
    return Found(asked, want, times, groups, span, months, everybody, people)


def _before(asked: Asked) -> Period | None:
    """The days to compare with, where all of them are known."""
    before = comparable(asked.period, asked.cycle, asked.today)
    covered = asked.covered
    known = before and covered and covered.since.date() <= before.start
    return before if known else None


def _refusals(found: Found) -> list[tuple[str, str]]:
    """What this key does not read, of what nobody has a number of."""
    missing = {
        Stream.EVENTS: found.asked.covered is None,
        Stream.SPEND: not any(one.reading for one in found.everybody),
        Stream.DAILY: not any(one.lines for one in found.everybody),
    }
    if not any(missing.values()):
        return []
    doing = progress(found.asked.team, found.asked.now)
    said = [
        (s.label, doing.refusal(s)) for s, is_missing in missing.items() if is_missing
    ]
    return [(str(label), refusal) for label, refusal in said if refusal]


def _page(found: Found) -> Page[Somebody]:
    try:
        return Paginator(found.people, found.wanted.per_page).page(found.wanted.page)
    except EmptyPage:
        sentence = _("page must be the number of a page.")
        raise BadInput("page", sentence) from None


def _drawn(found: Found, people: Sequence[Somebody]) -> dict[str, Spark | None]:
    """Of the people of one page, over the days that are known."""
    asked, covered = found.asked, found.asked.covered
    if "trend" not in found.wanted.columns or not covered or not people:
        return {}
    start = max(asked.period.start, covered.since.date())
    end = min(asked.period.end, asked.today)
    if start > end:
        return {}
    period, emails = Period(start, end), [one.email for one in people]
    grain, read = fitting(period), with_days_to_come(period, asked.today)
    months = found.months.get(FreshMonth.Source.EVENTS, ())
    only, times = asked.filters.only, found.times
    cents = asked.kept(
        f"sparks:{emails}",
        lambda: sparks(asked.team, read, grain, emails, months, only, times),
    )
    days = [start + DAY * number for number in range(len(period))]
    places = buckets(days, grain)
    return {email: spark(of, places, grain) for email, of in cents.items()}
