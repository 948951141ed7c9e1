from datetime import UTC, datetime

from dashboard.models import Stream
from dashboard.stats.vendor import REASONS, journals, quarantine
from tests import factories
from tests.factories import DAY
from tokens.models import Team


def test_the_most_frequent_reasons_come_first(team: Team) -> None:
    for number in range(REASONS + 3):
        factories.quarantined(team, Stream.EVENTS, f"{number}", f"Reason {number}.")
    factories.quarantined(team, Stream.EVENTS, "again", "Reason 6.")
    factories.quarantined(team, Stream.DAILY, "x", "No date.")
    daily, events = sorted(quarantine(team), key=lambda held: held.rows)
    assert (daily.stream, daily.rows) == (Stream.DAILY, 1)
    assert (events.rows, len(events.reasons)) == (REASONS + 4, REASONS)
    assert (events.reasons[0].text, events.reasons[0].rows) == ("Reason 6.", 2)


def test_rows_that_are_readable_by_now_are_told_apart(team: Team) -> None:
    cured = factories.quarantined(team, Stream.EVENTS, "was", "Was bad.")
    cured.times, cured.cured_at = 5, datetime.now(UTC)
    cured.save()
    (held,) = quarantine(team)
    assert (held.rows, held.readable, held.kept) == (0, 5, 1)
    assert [(reason.text, reason.rows) for reason in held.reasons] == [("Was bad.", 5)]
    factories.quarantined(team, Stream.EVENTS, "is", "Is bad.")
    (held,) = quarantine(team)
    assert (held.rows, held.readable, held.kept) == (1, 5, 2)
    assert [(reason.text, reason.rows) for reason in held.reasons] == [("Is bad.", 1)]


def test_another_teams_rows_are_not_ours(team: Team) -> None:
    factories.quarantined(factories.team("other"), Stream.EVENTS, "x", "No date.")
    assert quarantine(team) == []


def test_fields_that_our_numbers_rest_on_and_that_are_gone_come_first(
    team: Team,
) -> None:
    now = datetime.now(UTC)
    factories.field_seen(team, Stream.EVENTS, "a", is_used=True)
    factories.field_seen(team, Stream.EVENTS, "b", missing_since=now)
    factories.field_seen(team, Stream.EVENTS, "c", is_used=True, missing_since=now)
    factories.field_seen(team, Stream.EVENTS, "d", first_seen_at=now - DAY)
    (journal,) = journals(team, now)
    assert [field.path for field in journal.fields] == ["c", "b", "d", "a"]
    assert [field.path for field in journal.alarming] == ["c"]
    assert (journal.missing, journal.new) == (2, 1)
