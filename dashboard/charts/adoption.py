"""The charts of who uses the editor, and how: active people and daily counters."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from operator import attrgetter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.charts.axis import LONGEST_EMPTY_AXIS, days
from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import HUNDRED, Number, Sums, added, shares
from dashboard.grains import buckets
from dashboard.models import DayFacet, Origin, Stream
from dashboard.periods import DAY, Period, days_before
from dashboard.stats import origins
from dashboard.stats.active import MONTH, WEEK, Active, active, in_group
from dashboard.stats.counters import CounterDay, FacetDay, counters, facets
from dashboard.stats.origins import OriginRow
from dashboard.stats.seats import HORIZON

Titles = Mapping[str, Promise | str]
DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
ACTIVE: Titles = {
    MONTHLY: _("In 30 days"),
    WEEKLY: _("In 7 days"),
    DAILY: _("On the day"),
}
STICKINESS: Titles = {"stickiness": _("Daily of monthly active people")}
ACCEPTED: Titles = {
    "tabs": _("Tab suggestions accepted"),
    "applies": _("Applied changes accepted"),
}
LINES: Titles = {
    "total_lines_added": _("Lines added"),
    "accepted_lines_added": _("Lines added by the AI"),
    "total_lines_deleted": _("Lines deleted"),
    "accepted_lines_deleted": _("Lines deleted by the AI"),
}
MODES: Titles = {
    "agent_requests": _("Agent"),
    "chat_requests": _("Chat"),
    "composer_requests": _("Composer"),
    "cmdk_usages": _("Cmd-K"),
    "bugbot_usages": _("Bugbot"),
}
TABS: Titles = {
    "total_tabs_shown": _("Suggestions shown"),
    "total_tabs_accepted": _("Suggestions accepted"),
}
APPLIES: Titles = {
    "total_applies": _("Applied"),
    "total_accepts": _("Accepted"),
    "total_rejects": _("Rejected"),
}
# From the bottom of a stack upwards.
ORIGIN_COLOURS = {
    name.value: f"s{number}"
    for number, name in enumerate(
        (
            Origin.EDITOR,
            Origin.HEADLESS,
            Origin.CLOUD_AGENT,
            Origin.AUTOMATION,
            Origin.SERVICE_ACCOUNT,
            Origin.BUGBOT,
        ),
        1,
    )
}
RAW_COUNTS: Titles = {
    "subscription_included_reqs": _("subscriptionIncludedReqs"),
    "usage_based_reqs": _("usageBasedReqs"),
    "api_key_reqs": _("apiKeyReqs"),
}


def named(titles: Titles) -> Callable[[Question, Collection[str]], Mapping[str, str]]:
    return lambda question, keys: {key: str(titles[key]) for key in keys}


def coloured(titles: Titles) -> dict[str, str]:
    return {key: f"s{number}" for number, key in enumerate(titles, 1)}


def everybody(question: Question) -> Active:
    """Far enough back for idle seats and for the first day's month."""
    first = min(days_before(question.period.start, MONTH), question.today - HORIZON)
    last = max(question.period.end, question.today)
    return question.once(
        "active", lambda: active(question.team, Period(first, last), before=0)
    )


def active_people(question: Question) -> Active:
    found = everybody(question)
    only = question.filters.only
    if only.email is not None:
        found = found.of([only.email])
    if only.group is not None:
        found = in_group(found, question.team, only.group)
    return found


def over_days(found: Active, question: Question) -> dict[str, dict[date, int]]:
    """By day, up to today: a day that is to come has nobody yet."""
    return question.once("over days", lambda: _over_days(found, question))


def _over_days(found: Active, question: Question) -> dict[str, dict[date, int]]:
    period = lived(found, question)
    if period is None:
        return {}
    rolled = {
        DAILY: found.rolling(period, 1),
        WEEKLY: found.rolling(period, WEEK),
        MONTHLY: found.rolling(period, MONTH),
    }
    if not any(rolled[MONTHLY]):
        return {}
    return {
        key: {period.start + DAY * number: count for number, count in enumerate(counts)}
        for key, counts in rolled.items()
    }


def lived(found: Active, question: Question) -> Period | None:
    """The period's days up to today; of very many, those since somebody was active."""
    start, end = question.period.start, min(question.period.end, question.today)
    if (end - start).days > LONGEST_EMPTY_AXIS:
        start = max(start, found.since() or end)
    return Period(start, end) if start <= end else None


def rolling(found: Active, question: Question) -> Sums:
    """At the end of a week or month; each day's own people as the mean of its days."""
    by_day = over_days(found, question)
    sums: dict[str, dict[date | str, Number]] = {key: {} for key in by_day}
    for first, inside in _ticks(question, by_day):
        for key in by_day:
            values = [by_day[key][day] for day in inside]
            mean = round(sum(values) / len(values))
            sums[key][first] = mean if key == DAILY else values[-1]
    return sums


def stickiness(found: Active, question: Question) -> Sums:
    """How many of those who were active in a month are so on a day; percent."""
    by_day = over_days(found, question)
    shown: dict[date | str, Number] = {}
    for first, inside in _ticks(question, by_day):
        monthly = sum(by_day[MONTHLY][day] for day in inside)
        if monthly:
            daily = sum(by_day[DAILY][day] for day in inside)
            shown[first] = daily * HUNDRED / monthly
    return {"stickiness": shown} if shown else {}


def _ticks(
    question: Question, by_day: Mapping[str, Mapping[date, int]]
) -> list[tuple[date, list[date]]]:
    """(the tick's key, its days) of the days that are known."""
    if not by_day:
        return []
    grain, known = question.grain, sorted(by_day[DAILY])
    found = buckets(days(question.period, known, question.today), grain)
    ticks = [(b, [day for day in known if b.first <= day <= b.last]) for b in found]
    return [(grain.first(b.first), inside) for b, inside in ticks if inside]


def counter_days(question: Question) -> list[CounterDay]:
    only = question.filters.only
    return question.once(
        "counters", lambda: counters(question.team, question.period, only)
    )


def counter_days_before(question: Question, other: Period) -> list[CounterDay]:
    """Of other days, right before the period or earlier; read together with its own."""
    both = Period(other.start, question.period.end)
    rows = counters(question.team, both, question.filters.only)
    question.once("counters", lambda: [r for r in rows if r.day in question.period])
    return [row for row in rows if row.day in other]


def counted(
    titles: Titles,
) -> Callable[[list[CounterDay], Question], Sums]:
    def shape(rows: list[CounterDay], question: Question) -> Sums:
        found: Sums = {}
        for key in titles:
            keyed = ((key, row) for row in rows)
            found = {**found, **added(keyed, question.grain, _counter(key))}
        return found

    return shape


def _counter(name: str) -> Callable[[CounterDay], int]:
    return lambda row: row[name]


def accepted(rows: list[CounterDay], question: Question) -> Sums:
    parts = {
        "tabs": ("total_tabs_accepted", "total_tabs_shown"),
        "applies": ("total_accepts", "total_applies"),
    }
    found: Sums = {}
    for key, (part, whole) in parts.items():
        keyed = [(key, row) for row in rows]
        shared = shares(keyed, question.grain, _counter(part), _counter(whole))
        found = {**found, **shared}
    return found


def named_people(rows: list[FacetDay], question: Question) -> Sums:
    """Days of people: somebody who is there on five days counts five."""
    keyed = ((row.value, row) for row in rows)
    return added(keyed, question.grain, lambda row: row.people)


def by_facet(slug: str, title: Promise | str, facet: DayFacet.Facet) -> Chart:
    def read(question: Question) -> list[FacetDay]:
        only = question.filters.only
        found = question.once(
            "facets",
            lambda: facets(question.team, question.period, only, question.grain),
        )
        return found[facet]

    return Chart(
        slug, title, Type.BAR, Unit.COUNT, read, named_people, stream=Stream.DAILY
    )


def by_origin(rows: list[OriginRow], question: Question) -> Sums:
    keyed = ((row.origin.value, row.usage) for row in rows)
    return added(keyed, question.grain, attrgetter("charged_cents"))


def days_of_origins(question: Question) -> list[OriginRow]:
    """The table of all days is made from the same rows."""
    only = question.filters.only
    return question.once(
        "origins", lambda: origins.by_day(question.team, question.period, only)
    )


def of_counters(
    slug: str, title: Promise | str, titles: Titles, kind: Type = Type.BAR
) -> Chart:
    return Chart(
        slug,
        title,
        kind,
        Unit.COUNT,
        counter_days,
        counted(titles),
        named(titles),
        colours=coloured(titles),
        stream=Stream.DAILY,
    )


def of_percent(
    slug: str,
    title: Promise | str,
    titles: Titles,
    read: Callable[[Question], object],
    shape: Callable[..., Sums],
) -> Chart:
    return Chart(
        slug,
        title,
        Type.LINE,
        Unit.PERCENT,
        read,
        shape,
        named(titles),
        colours=coloured(titles),
        gaps=True,
        stream=Stream.DAILY,
    )


CHARTS = (
    Chart(
        "active-people",
        _("Active people"),
        Type.LINE,
        Unit.COUNT,
        active_people,
        rolling,
        named(ACTIVE),
        colours=coloured(ACTIVE),
        gaps=True,
        stream=Stream.DAILY,
    ),
    of_percent("stickiness", _("Stickiness"), STICKINESS, active_people, stickiness),
    of_percent("accept-rate", _("Accept rate"), ACCEPTED, counter_days, accepted),
    of_counters("modes", _("Agent, chat and other requests"), MODES),
    of_counters("lines", _("Lines of code"), LINES, Type.LINE),
    of_counters("tabs", _("Tab suggestions"), TABS, Type.LINE),
    of_counters("applies", _("Applied changes"), APPLIES, Type.LINE),
    of_counters("raw-counts", _("Requests as Cursor counts them"), RAW_COUNTS),
    Chart(
        "origins",
        _("Spend in the editor and by what runs by itself"),
        Type.BAR,
        Unit.USD,
        days_of_origins,
        by_origin,
        named({origin.value: origin.label for origin in Origin}),
        colours=ORIGIN_COLOURS,
    ),
    by_facet("client-versions", _("Client versions"), DayFacet.Facet.CLIENT_VERSION),
    by_facet("favourite-models", _("Most used models"), DayFacet.Facet.MODEL),
    by_facet("applied-files", _("Files of applied changes"), DayFacet.Facet.APPLY),
    by_facet("tab-files", _("Files of Tab suggestions"), DayFacet.Facet.TAB),
)
