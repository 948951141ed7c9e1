"""`manage.py sync`: what it prints, how it ends, what `--since` means."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dashboard.models import Stream, SyncWindow, UsageEvent
from dashboard.sync.lease import take
from tests.vendor import Vendor
from tokens.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(running_vendor: Vendor) -> Team:
    """The vendor's clock runs: the command has no other one."""
    return Team.objects.create(
        slug="acme",
        name="Acme",
        admin_api_url=running_vendor.url,
        sync_key=running_vendor.key,
    )


def sync(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("sync", *arguments, stdout=out, stderr=StringIO())
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_the_last_line_says_in_json_what_was_done(team: Team) -> None:
    first = sync()
    assert set(first) == {
        "read",
        "inserted",
        "updated",
        "withdrawn",
        "unchanged",
        "windows_failed",
        "complete_until",
    }
    assert first["inserted"] == first["read"] > 0
    assert first["windows_failed"] == 0
    complete = datetime.fromisoformat(first["complete_until"])
    assert datetime.now(UTC) - complete < timedelta(minutes=3)
    second = sync()
    assert second["withdrawn"] == 0
    assert second["updated"] + second["inserted"] <= 20  # time goes on meanwhile


def test_since_and_until_are_hard_bounds(team: Team) -> None:
    first = datetime.now(UTC).date() - timedelta(days=9)
    last = first + timedelta(days=3)
    sync("--stream", "events", "--since", str(first), "--until", str(last))
    days = set(UsageEvent.objects.values_list("day", flat=True))
    assert min(days) >= first
    assert max(days) <= last
    assert len(days) > 1


def test_a_window_that_failed_is_exit_code_one(
    team: Team, running_vendor: Vendor
) -> None:
    running_vendor.fault("members", "401", times=None)
    try:
        with pytest.raises(SystemExit) as ended:
            sync("--stream", "members")
    finally:
        running_vendor.heal()
    assert ended.value.code == 1


def test_what_a_key_may_lack_is_no_reason_to_fail(
    team: Team, running_vendor: Vendor
) -> None:
    for endpoint in ("audit", "groups", "blocklists"):
        running_vendor.fault(endpoint, "403", times=None)
    try:
        assert sync("--since", "2100-01-01")["windows_failed"] == 0
        with pytest.raises(SystemExit) as ended:
            sync("--stream", "groups")
    finally:
        running_vendor.heal()
    assert ended.value.code == 1


def test_what_the_pages_rest_on_may_not_be_lacking(
    team: Team, running_vendor: Vendor
) -> None:
    running_vendor.fault("spend", "403", times=None)
    try:
        with pytest.raises(SystemExit) as ended:
            sync("--since", "2100-01-01")
    finally:
        running_vendor.heal()
    assert ended.value.code == 1


def test_being_asked_to_come_back_is_exit_code_three(
    team: Team, running_vendor: Vendor
) -> None:
    running_vendor.fault("events", "429", times=None, retry_after="900")
    try:
        with pytest.raises(SystemExit) as ended:
            sync("--stream", "events")
    finally:
        running_vendor.heal()
    assert ended.value.code == 3
    assert not SyncWindow.objects.done().exists()


def test_it_waits_for_a_worker_that_is_at_the_same_stream(team: Team) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=59, milliseconds=500)
    take(team, Stream.MEMBERS, clock=lambda: long_ago)
    assert sync("--stream", "members")["windows_failed"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--team", "nobody"], "there is no team 'nobody'"),
        (["--since", "2026-13-01"], "is not a date"),
        (["--stream", "weather"], "invalid choice"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "must not be after"),
    ],
)
def test_bad_input_is_refused_by_name(
    team: Team, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        sync(*arguments)


def test_a_team_without_a_key_says_what_to_do() -> None:
    Team.objects.create(slug="acme", name="Acme")
    with pytest.raises(CommandError, match="CURSOR_ADMIN_API_KEY"):
        sync()
