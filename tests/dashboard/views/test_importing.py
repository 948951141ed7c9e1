from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dashboard.models import UsageEvent
from tests import factories
from tests.dashboard.conftest import signed_in
from tokens.models import Change, Team

URL = "/dashboard/import/"
HEADER = "Date,User,Kind,Model,Max Mode,Output Tokens,Cost\n"
ROW = "2026-11-01T12:00:00.000Z,ada@example.com,Included,gpt-5,No,7,0.12\n"


def sent(client: Client, text: str, do: str = "preview", **more: str) -> Any:
    file = SimpleUploadedFile("<b>usage.csv", text.encode())
    return client.post(URL, {"file": file, "do": do} | more)


def test_a_look_says_what_is_in_it_and_writes_nothing(
    alice: Client, team: Team
) -> None:
    html = sent(alice, HEADER + ROW).content.decode()
    assert 'value="12"' in html
    assert "would add: <strong>1</strong>" in html
    assert not UsageEvent.objects.exists()


def test_an_import_writes_and_is_written_down(alice: Client, team: Team) -> None:
    answer = sent(alice, HEADER + ROW, "import")
    assert answer["Location"] == "/dashboard/sync/#runs"
    assert UsageEvent.objects.get().email == "ada@example.com"
    change = Change.objects.get()
    assert (change.action, change.after) == (
        "usage.import",
        {"inserted": 1, "updated": 0},
    )
    html = alice.get("/dashboard/sync/").content.decode()
    assert "1 rows are new" in html
    assert "CSV import" in html


def test_a_wrong_file_names_line_and_column_and_changes_nothing(
    alice: Client, team: Team
) -> None:
    nasty = ROW.replace("0.12", "<script>alert(1)</script>")
    for do in ("preview", "import"):
        answer = sent(alice, HEADER + ROW + nasty, do)
        assert answer.status_code == 400
        html = answer.content.decode()
        assert "Line 3, column “Cost”" in html
        assert "<script>alert" not in html
    assert not UsageEvent.objects.exists()


def test_bad_input_names_its_field(alice: Client, team: Team) -> None:
    missing = alice.post(URL, {"do": "import"})
    assert missing.status_code == 400
    assert 'id="error_id_file"' in missing.content.decode()
    answer = sent(alice, HEADER + ROW, owner="nobody")
    assert answer.status_code == 400
    assert 'id="error_id_owner"' in answer.content.decode()


def test_it_is_an_admins(team: Team) -> None:
    factories.user("ann@example.com", team, "analyst")
    ann = signed_in("ann@example.com")
    assert ann.get(URL).status_code == 403
    assert sent(ann, HEADER + ROW, "import").status_code == 403
