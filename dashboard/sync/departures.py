"""When exactly somebody left: the members' list only stops naming them.

The audit log tells the time, billing groups tell it of their own members. A word of
leaving is believed only of people who are missing from the list, and only when no word
of coming back follows it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from dashboard.models import AuditEvent, GroupMembership, Member, Membership
from tokens.models import Team

REMOVED, ADDED = "remove_user", "add_user"
_WHOM = ("user_email", "userEmail", "email", "target_user_email", "targetUserEmail")
_WHICH = ("user_id", "userId", "id", "target_user_id", "targetUserId")
# Leaving a group may mean another group: only close to the absence it means the team.
CLOSE = timedelta(days=2)


@dataclass
class Signs:
    """Of one person, as instants in UTC."""

    left: list[datetime]
    came: list[datetime]

    def departure(self, after: datetime, until: datetime) -> datetime | None:
        """The newest leaving in the span (`until` included) that nothing undid."""
        left = max((at for at in self.left if after < at <= until), default=None)
        if left is None or any(left <= at <= until for at in self.came):
            return None
        return left


def date_departures(team: Team) -> int:
    """Put a known time in the place of a guessed one; returns how many were.

    Who was missing once only, but whose leaving is known, has left.
    """
    open_to_news = _undated(team)
    if not open_to_news:
        return 0
    signs = _signs(team, [member for member, _ in open_to_news])
    dated = 0
    for member, span in open_to_news:
        noticed = member.left_at or member.missing_since
        found = signs[member.email] if noticed else None
        at = found.departure(span.valid_from, noticed) if found and noticed else None
        if at is not None:
            _put(member, span, at)
            dated += 1
    return dated


def _undated(team: Team) -> list[tuple[Member, Membership]]:
    """Who is gone or missing, with the newest span, where only the list says so."""
    gone = Member.objects.filter(team=team).filter(
        Q(left_at__isnull=False) | Q(missing_since__isnull=False)
    )
    members = {member.email: member for member in gone}
    spans = Membership.objects.filter(team=team, email__in=members)
    newest = {span.email: span for span in spans.order_by("valid_from")}
    return [
        (members[email], span)
        for email, span in newest.items()
        if span.source == Membership.Source.LIST
    ]


def _put(member: Member, span: Membership, at: datetime) -> None:
    span.valid_to, span.source = at, Membership.Source.AUDIT
    span.save(update_fields=["valid_to", "source"])
    member.left_at = at
    member.save(update_fields=["left_at"])


def _signs(team: Team, members: Iterable[Member]) -> dict[str, Signs]:
    signs = {member.email: Signs([], []) for member in members}
    ids = {member.external_id: member.email for member in members if member.external_id}
    events = AuditEvent.objects.filter(team=team, type__in=[REMOVED, ADDED])
    for kind, data, at in events.values_list("type", "data", "at"):
        email = _subject(data, ids)
        if email in signs:
            (signs[email].left if kind == REMOVED else signs[email].came).append(at)
    _add_groups(team, members, signs)
    return signs


def _subject(data: dict[str, object], ids: dict[str, str]) -> str:
    """Whom an event is about. Never who acted: that is the admin."""
    for key in _WHOM:
        if isinstance(email := data.get(key), str) and "@" in email:
            return email.strip().lower()
    given = (ids.get(str(data.get(key))) for key in _WHICH)
    return next((email for email in given if email), "")


def _add_groups(team: Team, members: Iterable[Member], signs: dict[str, Signs]) -> None:
    noticed = {m.email: m.left_at or m.missing_since for m in members}
    rows = GroupMembership.objects.filter(group__team=team, email__in=noticed)
    spans: dict[str, list[tuple[datetime | None, datetime | None]]] = defaultdict(list)
    for row in rows:
        spans[row.email].append((row.joined_at, row.left_at))
    for email, found in spans.items():
        seen = noticed[email] or datetime.max.replace(tzinfo=UTC)
        signs[email].came += [joined for joined, _ in found if joined]
        signs[email].left += [at for _, at in found if at and at > seen - CLOSE]
