"""The vendor's audit log: who did what, from where. For admins of the team alone: it
holds IP addresses and tells what guards the team."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.audit_log.events import HEADS, Question, counts, newest, rows
from dashboard.audit_log.told import Pair, pairs
from dashboard.audit_log.wanted import wanted
from dashboard.exporting import download
from dashboard.models import AuditEvent, Member, Stream
from dashboard.stats.progress import progress
from dashboard.views.asked import Asked, Refused, export, page, show
from dashboard.views.picker import Link, picker
from tokens.models import Change


@dataclass(frozen=True)
class Row:
    """`local` is in the team's zone. `name` is None of who is no member: such a person
    may have no page."""

    event: AuditEvent
    local: datetime
    name: str | None
    pairs: list[Pair]


@dataclass(frozen=True)
class Kind:
    """How many events of a type the period has; `link` narrows the page to it."""

    link: Link
    number: int


@require_safe
@page
def audit_log(request: HttpRequest, asked: Asked) -> HttpResponse:
    about = _question(request, asked)
    want, found = about.wanted, newest(about)
    covered = asked.covered_by(Stream.AUDIT)
    given = want.given
    choosing = picker(asked, **given)
    context = {
        "picker": choosing,
        "covered": covered,
        "refusal": progress(asked.team, asked.now).refusal(Stream.AUDIT),
        "want": want,
        "page": found,
        "rows": _rows(asked, found.events),
        "kinds": _kinds(about, asked),
        "zone": asked.team.time_zone,
        "narrows": bool(given) or about.email is not None,
        "searching": {n: v for n, v in choosing.whole.items() if n not in SEARCHING},
        "csv_query": asked.dates(**given),
        "clear_url": asked.here(email=""),
        "newest_url": asked.here(**given) if want.before else "",
        "older_url": asked.here(**given, before=str(found.older))
        if found.older
        else "",
    }
    return show(request, "dashboard/audit_log.html", asked, context)


@require_safe
@export
def audit_log_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    """Every event that the filters leave, on all pages."""
    about, period = _question(request, asked), asked.period
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="audit.exported",
        subject=f"{period.start} to {period.end}",
        after=dict(asked.filters.given | about.wanted.given),
    )
    name = f"audit-log-{asked.team.slug}-{period.start}-{period.end}.csv"
    return download(request, name, HEADS, rows(about))


# What the form of the page asks anew.
SEARCHING = ("q", "email")


def _question(request: HttpRequest, asked: Asked) -> Question:
    if not asked.access.manages:
        sentence = _("Only an admin of the team sees its audit log.")
        raise Refused(403, "team", sentence)
    want = wanted(request.GET)
    return Question(asked.team, asked.period, asked.filters.email, want)


def _rows(asked: Asked, events: list[AuditEvent]) -> list[Row]:
    zone = ZoneInfo(asked.team.time_zone)
    emails = {event.email for event in events}
    members = Member.objects.of(asked.team).filter(email__in=emails)
    names = {member.email: member.name for member in members}
    return [
        Row(
            event,
            event.at.astimezone(zone),
            names.get(event.email),
            pairs(event.data),
        )
        for event in events
    ]


def _kinds(about: Question, asked: Asked) -> list[Kind]:
    """Every type first; the one that is looked at even where it has no event."""
    found, want = counts(about), about.wanted
    if want.type and want.type not in dict(found):
        found.append((want.type, 0))
    if not found:
        return []
    every = ("", sum(number for _type, number in found))
    return [
        Kind(
            Link(
                name or _("All kinds"),
                asked.here(**{**want.given, "type": name}),
                name == want.type,
            ),
            number,
        )
        for name, number in [every, *found]
    ]
