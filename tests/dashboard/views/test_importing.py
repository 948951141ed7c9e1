from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.utils import timezone

from dashboard.imports.work import work
from dashboard.models import UsageEvent, UsageImport
from dashboard.sync.lease import TERM
from tests import factories
from tests.dashboard.conftest import signed_in
from tokens.models import Change, Team

URL = "/dashboard/import/"
HEADER = "Date,User,Kind,Model,Max Mode,Output Tokens,Cost\n"
ROW = "2026-11-01T12:00:00.000Z,ada@example.com,Included,gpt-5,No,7,0.12\n"
NASTY = "<script>alert(1)</script>"


def sent(client: Client, text: str, **more: str) -> Any:
    file = SimpleUploadedFile("<b>usage.csv", text.encode())
    return client.post(URL, {"file": file} | more)


def handed_in(client: Client, text: str = HEADER + ROW) -> UsageImport:
    """Sent by a person, and read by a worker."""
    answer = sent(client, text)
    one = UsageImport.objects.get()
    assert answer["Location"] == f"{URL}?file={one.pk}"
    work(one.pk)
    return one


def page(client: Client, one: UsageImport) -> str:
    answer = client.get(URL, {"file": str(one.pk)})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_waits_for_a_worker_and_the_page_follows(
    alice: Client, team: Team
) -> None:
    sent(alice, HEADER + ROW)
    one = UsageImport.objects.get()
    html = page(alice, one)
    assert "Waiting for a worker" in html
    assert f'data-hx-get="{URL}?file={one.pk}"' in html
    assert (one.actor, one.file_name) == ("alice@example.com", "<b>usage.csv")
    assert "<b>usage" not in html


def test_a_file_that_was_not_read_for_its_size_is_refused_at_its_field(
    alice: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server asks the page to say so (tests/dashboard/test_uploads.py)."""
    scope = {"teamgauge.too_large": True}
    monkeypatch.setattr(WSGIRequest, "scope", scope, raising=False)
    answer = alice.get(URL)
    assert answer.status_code == 413
    html = answer.content.decode()
    assert "The file is larger than 1 GB" in html
    assert 'id="error_id_file"' in html
    assert not UsageImport.objects.exists()


def test_a_look_says_what_is_in_it_and_writes_nothing(
    alice: Client, team: Team
) -> None:
    html = page(alice, handed_in(alice))
    assert 'value="12"' in html
    assert "would add: <strong>1</strong>" in html
    assert "data-hx-get" not in html
    assert not UsageEvent.objects.exists()


def test_a_confirmed_one_is_imported_and_written_down(
    alice: Client, team: Team
) -> None:
    one = handed_in(alice)
    answer = alice.post(f"{URL}go/", {"file": one.pk})
    assert answer["Location"] == f"{URL}?file={one.pk}"
    assert not UsageEvent.objects.exists(), "a worker does it"
    work(one.pk)
    html = page(alice, one)
    assert "Rows added: <strong>1</strong>" in html
    assert UsageEvent.objects.get().email == "ada@example.com"
    change = Change.objects.get()
    assert (change.actor, change.action) == ("alice@example.com", "usage.import")
    assert change.after == {"new": 1, "changed": 0, "days": 1}
    assert "CSV import" in alice.get("/dashboard/sync/").content.decode()
    assert "&lt;b&gt;usage.csv" in alice.get(URL).content.decode()


def test_a_wrong_file_names_line_and_column_and_changes_nothing(
    alice: Client, team: Team
) -> None:
    one = handed_in(alice, HEADER + ROW + ROW.replace("0.12", NASTY))
    html = page(alice, one)
    assert "Line 3, column “Cost”" in html
    assert NASTY not in html
    assert 'id="go"' not in html
    assert not UsageEvent.objects.exists()


def test_a_lost_worker_is_told_and_one_can_go_on(alice: Client, team: Team) -> None:
    one = handed_in(alice)
    alice.post(f"{URL}go/", {"file": one.pk})
    UsageImport.objects.update(leased_until=timezone.now() - TERM)
    html = page(alice, one)
    assert "The worker ended in the middle of it" in html
    assert "Go on now" in html
    alice.post(f"{URL}go/", {"file": one.pk})
    work(one.pk)
    assert "Rows added: <strong>1</strong>" in page(alice, one)
    assert Change.objects.count() == 1


def test_one_that_a_worker_holds_is_not_started_again(
    alice: Client, team: Team
) -> None:
    one = handed_in(alice)
    UsageImport.objects.update(leased_until=timezone.now() + TERM)
    answer = alice.post(f"{URL}go/", {"file": one.pk}, follow=True)
    assert "Nothing was started" in answer.content.decode()


def test_it_can_be_cancelled(alice: Client, team: Team) -> None:
    one = handed_in(alice)
    answer = alice.post(f"{URL}cancel/", {"file": one.pk}, follow=True)
    assert "Cancelled" in answer.content.decode()
    answer = alice.post(f"{URL}cancel/", {"file": one.pk}, follow=True)
    assert "It has ended already" in answer.content.decode()
    alice.post(f"{URL}go/", {"file": one.pk})
    work(one.pk)
    assert not UsageEvent.objects.exists()


def test_bad_input_names_its_field(alice: Client, team: Team) -> None:
    missing = alice.post(URL, {"owner": ""})
    assert missing.status_code == 400
    assert 'id="error_id_file"' in missing.content.decode()
    answer = sent(alice, HEADER + ROW, owner="nobody")
    assert answer.status_code == 400
    assert 'id="error_id_owner"' in answer.content.decode()
    assert not UsageImport.objects.exists()


@pytest.mark.parametrize("number", ["0", "-1", "x", "９", "9" * 400])
def test_a_number_of_nothing_is_not_found(
    alice: Client, team: Team, number: str
) -> None:
    assert alice.get(URL, {"file": number}).status_code == 404
    for deed in ("go", "cancel"):
        assert alice.post(f"{URL}{deed}/", {"file": number}).status_code == 404


def test_another_teams_import_is_not_found(
    alice: Client, team: Team, charlie: Client
) -> None:
    one = handed_in(alice)
    assert charlie.get(URL, {"file": str(one.pk)}).status_code == 404
    for deed in ("go", "cancel"):
        assert charlie.post(f"{URL}{deed}/", {"file": one.pk}).status_code == 404
    assert UsageImport.objects.get().state == UsageImport.State.READY


def test_it_is_an_admins(alice: Client, team: Team) -> None:
    one = handed_in(alice)
    factories.user("ann@example.com", team, "analyst")
    ann = signed_in("ann@example.com")
    assert ann.get(URL).status_code == 403
    assert sent(ann, HEADER + ROW).status_code == 403
    for deed in ("go", "cancel"):
        assert ann.post(f"{URL}{deed}/", {"file": one.pk}).status_code == 403
