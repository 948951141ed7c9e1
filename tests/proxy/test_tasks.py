from datetime import timedelta

import pytest
from django.utils import timezone

from proxy import tasks
from tests.tokens.clock import Clock
from tests.tokens.conftest import AddToken
from tests.vendor import Vendor
from tokens import checking, pool
from tokens.health import Cause
from tokens.models import Attention, Upstream, UpstreamToken

NOW = Clock()()
HOUR = timedelta(hours=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the tokens whose check went to the queue."""
    ids: list[int] = []

    def send(name: str, args: list[int], **options: object) -> None:
        assert name == tasks.check_token.name
        ids.extend(args)

    monkeypatch.setattr("tokens.checking.current_app.send_task", send)
    return ids


def test_a_check_asks_the_upstream_and_notes_what_it_says(
    add_token: AddToken, upstream: Upstream, running_vendor: Vendor
) -> None:
    Upstream.objects.update(base_url=running_vendor.url)
    token = add_token("token-of-the-tasks", alias="Ann")
    tasks.check_token(token.pk)
    token.refresh_from_db()
    assert token.state == UpstreamToken.State.DEAD
    assert "Not logged in." in token.last_error
    assert token.checked_at is not None and token.check_at is not None
    running_vendor._post("tokens", {"token": "token-of-the-tasks"})
    tasks.check_token(token.pk)
    token.refresh_from_db()
    assert token.state == UpstreamToken.State.ACTIVE
    assert token.check_at is None
    assert not Attention.objects.filter(cleared_at=None).exists()


def test_an_upstream_that_cannot_be_reached_puts_no_token_out(
    add_token: AddToken, upstream: Upstream
) -> None:
    Upstream.objects.update(base_url="http://127.0.0.1:9")
    token = add_token("some-token", alias="Ann")
    tasks.check_token(token.pk)
    token.refresh_from_db()
    assert token.state == UpstreamToken.State.ACTIVE
    assert "could not be reached" in token.last_error


def test_a_check_of_a_token_that_is_gone_is_none(db: None) -> None:
    tasks.check_token(4711)


def test_what_is_due_is_sent_once_and_again_when_it_was_lost(
    add_token: AddToken, sent: list[int]
) -> None:
    due = add_token("due", check_at=NOW)
    add_token("later", check_at=NOW + HOUR)
    add_token("off", check_at=NOW, state=UpstreamToken.State.DISABLED)
    assert checking.sweep(NOW) == 1
    assert checking.sweep(NOW) == 0
    checking.sweep(NOW + checking.SENT_AGAIN_AFTER)
    assert sent == [due.pk, due.pk]


def test_whoever_asks_gets_a_check_at_once(
    add_token: AddToken, sent: list[int]
) -> None:
    tokens = [add_token("one"), add_token("two", state=UpstreamToken.State.DISABLED)]
    checking.ask(tokens, NOW)
    assert sent == [token.pk for token in tokens]


def test_a_dead_token_is_checked_by_itself_ever_more_seldom(
    add_token: AddToken, sent: list[int]
) -> None:
    token = UpstreamToken.objects.get(pk=add_token("one").pk)
    pool.POOL.failed(pool.opened(token), Cause.REJECTED, "Not logged in.")
    token.refresh_from_db()
    assert token.cooled_at is not None
    waits = []
    for _ in range(9):
        assert token.check_at is not None
        at = token.check_at
        checking.checked(token, at)
        token.refresh_from_db()
        waits.append((token.check_at - at) / timedelta(minutes=1))
    assert waits == [10, 20, 40, 80, 160, 320, 360, 360, 360]


def test_an_expiry_is_told_ahead_of_time_and_cleared_by_a_new_secret(
    add_token: AddToken,
) -> None:
    token = add_token("one", alias="Ann")
    for ahead, open_alerts in ((timedelta(days=4), 0), (timedelta(days=2), 1)):
        UpstreamToken.objects.update(expires_at=NOW + ahead)
        checking.watch_expiry(NOW)
        assert Attention.objects.filter(cleared_at=None).count() == open_alerts
    assert Attention.objects.get().text == "Ann expires on 2026-03-03 12:00 UTC."
    checking.watch_expiry(NOW + timedelta(days=3))
    assert Attention.objects.get().text.startswith("Ann expired on")
    token.refresh_from_db()
    token.secret = "another"
    token.save(update_fields=["secret"])
    checking.watch_expiry(NOW)
    assert Attention.objects.get().cleared_at == NOW


def test_beats_knock_does_both(add_token: AddToken, sent: list[int]) -> None:
    token = add_token("one", check_at=timezone.now())
    UpstreamToken.objects.update(expires_at=timezone.now())
    tasks.sweep_tokens()
    assert sent == [token.pk]
    assert Attention.objects.count() == 1
