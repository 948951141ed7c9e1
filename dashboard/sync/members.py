"""Who is a member, and the spans of time in which they were."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dashboard import grouping
from dashboard.adminapi.records import MemberRecord
from dashboard.models import Member, Membership
from dashboard.sync.counts import Counts
from dashboard.sync.departures import date_departures
from dashboard.sync.upsert import upsert
from tokens.models import Team


class SuspiciousAnswer(Exception):
    """The vendor listed nobody while we know people: not believed, nothing written."""


def save_members(
    team: Team,
    records: Iterable[MemberRecord],
    now: datetime,
    *,
    is_whole: bool = True,
) -> Counts:
    """Upsert who is listed; who is missing twice in a row has left, and stays known.
    Without `is_whole` (some row could not be read) nobody is missed."""
    known = {member.email: member for member in Member.objects.filter(team=team)}
    listed = _by_key(records, known.values())
    if not listed and any(member.left_at is None for member in known.values()):
        raise SuspiciousAnswer(
            "The Admin API lists no member at all; the known members are kept."
        )
    _name_by_email(team, listed, known)
    rows = {
        (email,): _member_values(record, known.get(email), now)
        for email, record in listed.items()
    }
    for email in known.keys() - listed.keys() if is_whole else ():
        rows[(email,)] = _absence(known[email], now)
    counts = upsert(
        Member.objects.filter(team=team),
        ("email",),
        rows,
        new={"team": team, "first_seen_at": now},
        on_change={"changed_at": now},
        read=len(listed),
    )
    left_before = {email for email, member in known.items() if member.left_at}
    _note_memberships(team, left_before, now)
    date_departures(team)
    return counts


def _by_key(
    records: Iterable[MemberRecord], known: Iterable[Member]
) -> dict[str, MemberRecord]:
    """By e-mail; where the vendor names none, by the e-mail that is known of the id,
    else by the id itself. Nobody is left out, and a row with an e-mail goes first."""
    emails = {m.external_id: m.email for m in known if m.external_id and m.has_email}
    listed: dict[str, MemberRecord] = {}
    for record in sorted(records, key=lambda record: not record.email):
        key = record.email or emails.get(record.external_id) or record.external_id
        listed.setdefault(key, record)
    return listed


def _name_by_email(
    team: Team, listed: Mapping[str, MemberRecord], known: dict[str, Member]
) -> None:
    """Who was known by id alone, and has an e-mail now, stays the same person."""
    for email, record in listed.items():
        by_id = known.get(record.external_id)
        if email in known or by_id is None or by_id.has_email:
            continue
        known[email] = known.pop(by_id.email)
        spans = Membership.objects.filter(team=team, email=by_id.email)
        spans.update(email=email)
        grouping.known_by(team, by_id.email, email)
        by_id.email = email
        by_id.save(update_fields=["email"])


def _member_values(
    record: MemberRecord, known: Member | None, now: datetime
) -> dict[str, Any]:
    left = known.left_at if known and known.left_at else now
    name, external_id = record.name, record.external_id
    if known is not None and not record.email:
        # A row without an e-mail is often blank altogether.
        name = name or known.name
    return {
        "name": name,
        "role": record.role,
        "external_id": external_id or (known.external_id if known else ""),
        "missing_since": None,
        "left_at": left if record.is_removed else None,
    }


def _absence(member: Member, now: datetime) -> dict[str, Any]:
    """First absence is noted; the second one means that the first was the leaving."""
    if member.left_at is not None:
        return {}
    if member.missing_since is None:
        return {"missing_since": now}
    return {"left_at": member.missing_since}


def _note_memberships(team: Team, left_before: set[str], now: datetime) -> None:
    """Who is there has one open span; who has left has none."""
    members = {member.email: member for member in Member.objects.filter(team=team)}
    mine = Membership.objects.filter(team=team)
    spans = {span.email: span for span in mine.filter(valid_to=None)}
    here = {email for email, member in members.items() if member.left_at is None}
    Membership.objects.bulk_create(
        Membership(
            team=team,
            email=email,
            # The row of a member may be older than the table of spans.
            valid_from=now if email in left_before else members[email].first_seen_at,
            source=Membership.Source.LIST,
        )
        for email in sorted(here - spans.keys())
    )
    ended = [span for email, span in spans.items() if email not in here]
    for span in ended:
        span.valid_to = members[span.email].left_at
    Membership.objects.bulk_update(ended, ["valid_to"])
