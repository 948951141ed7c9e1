"""One person: their numbers over time, models, limits, hours, and their events. The
same page is a member's own usage."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dashboard.charts import CHARTS
from dashboard.charts.splits import MODELS, shared
from dashboard.filters import NOBODY
from dashboard.models import Stream
from dashboard.periods import DAY, BadInput, Period, comparable
from dashboard.roster.wanted import wanted
from dashboard.seeing import led
from dashboard.stats.event_list import Key, newest
from dashboard.stats.gateway_use import GatewayUse, gateway_use
from dashboard.stats.limit_history import limit_history
from dashboard.stats.models import ModelSums, by_model
from dashboard.stats.people import Person, people_of
from dashboard.stats.person import Numbers, a_year_back, numbers, profile
from dashboard.stats.progress import progress
from dashboard.views.asked import Asked, nobody, person_page, show
from dashboard.views.charts import drawn, question
from dashboard.views.picker import picker

EVENTS_SHOWN = 100
CYCLES_SHOWN = 13
STORIES = (
    "daily-spend",
    "requests",
    "tokens",
    "hours",
    "modes",
    "lines",
    "accept-rate",
    "tabs",
    "applies",
    "raw-counts",
)


@dataclass(frozen=True)
class Line:
    """A row of the comparison; `is_money`: cents."""

    title: str | Promise
    now: Decimal | int | None
    before: Decimal | int | None
    year: Decimal | int | None
    is_money: bool = False


@require_safe
@person_page
def person(request: HttpRequest, asked: Asked) -> HttpResponse:
    return _show(request, asked, is_own=False)


@require_safe
@person_page
def me(request: HttpRequest, asked: Asked) -> HttpResponse:
    return _show(request, asked, is_own=True)


@require_safe
@person_page
def person_events(request: HttpRequest, asked: Asked) -> HttpResponse:
    return _events(request, asked, is_own=False)


@require_safe
@person_page
def my_events(request: HttpRequest, asked: Asked) -> HttpResponse:
    return _events(request, asked, is_own=True)


def _show(request: HttpRequest, asked: Asked, is_own: bool) -> HttpResponse:
    charts = [drawn(asked, slug) for slug in STORIES]
    counted = question(asked, CHARTS["modes"])
    doing = None
    if asked.covered is None or counted.covered is None:
        doing = progress(asked.team, asked.now)
    spans = _spans(asked)
    found = numbers(asked.team, asked.whose or "", spans, asked.filters.only)
    history = limit_history(asked.team, asked.whose or "")
    own = {} if is_own else _table(request)
    context = _who(asked, is_own, own) | {
        "picker": picker(asked, **own),
        "covered": asked.covered,
        "charts": charts,
        "now": found["now"],
        "models": _models(asked),
        "spans": spans,
        "lines": _lines(found) if "whole" in found else [],
        "cycles": history.cycles[:CYCLES_SHOWN],
        "limits": history.limits[:CYCLES_SHOWN],
        "newest": history.cycles[0] if history.cycles else None,
        "gateway": _gateway(asked),
        "people": _led(asked) if is_own else [],
        "daily_refusal": doing.refusal(Stream.DAILY) if doing else "",
        "events_refusal": doing.refusal(Stream.EVENTS) if doing else "",
    }
    return show(request, "dashboard/person.html", asked, context)


def _events(request: HttpRequest, asked: Asked, is_own: bool) -> HttpResponse:
    only, text = asked.filters.only, request.GET.get("before", "")
    try:
        before = Key.read(text) if text else None
    except ValueError:
        sentence = _("before must be the key of an event, as the links have it.")
        raise BadInput("before", sentence) from None
    page = newest(
        asked.team, asked.whose or "", asked.period, only, before, EVENTS_SHOWN
    )
    own = {} if is_own else _table(request)
    context = _who(asked, is_own, own) | {
        "picker": picker(asked, **own),
        "covered": asked.covered,
        "page": page,
        "newest_url": asked.here(**own) if before else "",
        "older_url": asked.here(**own, before=str(page.older)) if page.older else "",
    }
    return show(request, "dashboard/person_events.html", asked, context)


def _table(request: HttpRequest) -> dict[str, str]:
    """How the table of people looked that somebody comes from, the group included: the
    link back shows it again."""
    group = {name: request.GET[name] for name in ("group",) if request.GET.get(name)}
    return wanted(request.GET).given | group


def _who(asked: Asked, is_own: bool, own: dict[str, str]) -> dict[str, object]:
    """Your own page is there before you have any usage."""
    email = asked.whose or ""
    found = profile(asked.team, email, asked.today)
    if found is None and email and not is_own:
        raise nobody()
    member = found.member if found else None
    return {
        "is_own": is_own,
        "kept_query": asked.query(**own),
        "leads_back": not is_own and (asked.access.sees_everyone or asked.access.leads),
        "email": email,
        "member": member,
        "group_name": found.group if found else "",
        "title": (member.name if member else "") or email or _("Unattributed"),
        "page_url": reverse("me") if is_own else address(email),
        "events_url": reverse("my-events")
        if is_own
        else reverse("person-events", args=[email or NOBODY]),
    }


def address(email: str) -> str:
    return reverse("person", args=[email or NOBODY])


def _gateway(asked: Asked) -> list[GatewayUse]:
    if not asked.whose:
        return []
    return gateway_use(asked.team, asked.period, asked.whose)


def _models(asked: Asked) -> list[ModelSums]:
    """From the rows that the charts of the page are made from."""
    asking = question(asked, CHARTS["tokens"])
    return asked.kept("models-of-person", lambda: by_model(shared(asking, MODELS)))


def _led(asked: Asked) -> list[Person]:
    emails = led(asked.user, asked.team, asked.access, asked.today)
    if not emails:
        return []
    found = people_of(asked.team, asked.period, emails)
    return sorted(found, key=lambda person: (-person.spend.total, person.email))


def _spans(asked: Asked) -> dict[str, Period]:
    """The whole period; and to compare with what was before, its days that are over."""
    period = asked.period
    spans = {"now": period}
    before = comparable(period, asked.cycle, asked.today)
    if before is None or asked.covered is None:
        return spans
    since = asked.covered.since.date()
    spans["whole"] = Period(period.start, min(period.end, asked.today - DAY))
    if since <= before.start:
        spans["before"] = before
    year = a_year_back(spans["whole"])
    if year and since <= year.start:
        spans["year"] = year
    return spans


MONEY = {
    "total": gettext_lazy("Spend"),
    "included": gettext_lazy("Included"),
    "on_demand": gettext_lazy("On-demand"),
}
COUNTS = {
    "events": gettext_lazy("Requests"),
    "requests_costs": gettext_lazy("Request units"),
    "tokens": gettext_lazy("Tokens"),
    "days": gettext_lazy("Days with requests"),
    "active": gettext_lazy("Active days, as Cursor counts them"),
}
COUNTERS = {
    "agent_requests": gettext_lazy("Agent"),
    "chat_requests": gettext_lazy("Chat"),
    "cmdk_usages": gettext_lazy("Cmd-K"),
    "total_tabs_accepted": gettext_lazy("Tab suggestions accepted"),
    "accepted_lines_added": gettext_lazy("Lines added by the AI"),
}


def _lines(found: dict[str, Numbers]) -> list[Line]:
    now, before, year = found["whole"], found.get("before"), found.get("year")

    def line(title: str | Promise, key: str, is_money: bool = False) -> Line:
        return Line(
            title,
            _value(now, key),
            _value(before, key),
            _value(year, key),
            is_money,
        )

    return [
        *(line(title, key, True) for key, title in MONEY.items()),
        *(line(title, key) for key, title in (COUNTS | COUNTERS).items()),
    ]


def _value(found: Numbers | None, key: str) -> Decimal | int | None:
    if found is None:
        return None
    value: Decimal | int | None = found.counters.get(key)
    return getattr(found, key) if value is None else value
