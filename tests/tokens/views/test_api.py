"""The seed's token endpoints as callers use them."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests import factories
from tests.tokens.conftest import AddToken
from tests.tokens.views.conftest import BEARER, SignIn
from tokens import checksum
from tokens.models import Change, Team, UpstreamToken

CHECKSUM = f"3HFzbBm6{'1' * 64}/{'2' * 64}"
CANARY = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"
JSON = "application/json"


def post(client: Client, body: Any) -> Any:
    return client.post("/update-tokeninfo", body, content_type=JSON)


def test_both_texts_are_got_masked_and_saving_them_changes_nothing(
    master: Client, add_token: AddToken
) -> None:
    add_token(CANARY, alias="ann")
    got = master.post("/get-tokeninfo").json()
    assert got["status"] == "success"
    assert (got["token_file"], got["token_list_file"]) == (".token", ".token-list")
    assert got["tokens_count"] == 1
    row = UpstreamToken.objects.get()
    assert got["tokens"] == f"ann::…ture~{row.pk}\n"
    assert got["token_list"] == f"ann::…ture~{row.pk},…bbbb~{row.pk}\n"
    before = list(UpstreamToken.objects.values())
    saved = post(master, {"tokens": got["tokens"], "token_list": got["token_list"]})
    assert saved.json()["changes"] == {"unchanged": 1}
    assert list(UpstreamToken.objects.values()) == before


def test_a_posted_text_is_taken_in_and_written_to_the_files(
    master: Client, team: Team, folder: Path
) -> None:
    (folder / ".token").touch()
    answer = post(master, {"tokens": f"ann::{CANARY}\ntwo words", "token_list": None})
    assert answer.status_code == 200
    body = answer.json()
    assert body["message"] == "Token files have been updated and reloaded"
    assert body["token_count"] == body["tokens_count"] == 1
    assert body["refused"] == [
        {
            "field": "tokens",
            "file": ".token",
            "line": 2,
            "reason": "a token has no spaces, commas or letters outside ASCII",
        }
    ]
    assert (folder / ".token").read_text() == f"ann::{CANARY}\n"
    assert Change.objects.get().actor == "master"


def test_the_files_are_read_again_on_request(
    master: Client, team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("ann::t1\n")
    answer = master.get("/update-tokeninfo").json()
    assert answer["message"] == "Token list has been reloaded"
    assert answer["tokens_count"] == 1
    assert UpstreamToken.objects.get().alias == "ann"


def test_the_first_token_makes_the_first_team(master: Client) -> None:
    assert master.get("/update-tokeninfo").json()["tokens_count"] == 0
    assert master.post("/get-tokeninfo").json()["tokens"] == ""
    assert not Team.objects.exists()
    post(master, {"tokens": "t1"})
    assert UpstreamToken.objects.get().team.slug == "default"


def test_real_tokens_never_go_to_the_demo(master: Client, folder: Path) -> None:
    demo = Team.objects.create(slug="demo", name="Demo", is_demo=True)
    (folder / ".token").write_text("t1\n")
    assert master.get("/update-tokeninfo").json()["tokens_count"] == 1
    assert not UpstreamToken.objects.filter(team=demo).exists()


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ("", None, "no JSON"),
        ("{", None, "no JSON"),
        ("[" * 10_000, None, "no JSON"),
        ("[]", None, "object"),
        (b"\xff\xfe\xfa", None, "no JSON"),
        ({}, "tokens", "must be a text"),
        ({"tokens": ["t1"]}, "tokens", "must be a text"),
        ({"tokens": "t1", "token_list": 5}, "token_list", "must be a text"),
        ('{"tokens": "\\ud800"}', "tokens", "half of a character"),
    ],
)
def test_a_body_that_cannot_be_taken_is_told_by_its_field(
    master: Client, team: Team, body: Any, field: str | None, told: str
) -> None:
    answer = post(master, body)
    assert answer.status_code == 400
    error = answer.json()
    assert (error["status"], error["error"]) == ("error", "bad_request")
    assert error["field"] == field
    assert told in error["message"]
    assert not UpstreamToken.objects.exists()


def test_a_body_that_is_too_large_is_413(
    master: Client, team: Team, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert post(master, {"tokens": "t" * 200}).status_code == 413


def test_odd_signs_in_a_text_are_refused_or_kept_but_never_break(
    master: Client, team: Team
) -> None:
    odd = "a\x00b::t1\n\u2028::t2\n团队::t3\n# \x00 \U0001f600\n‮::t4\n" + "x" * 9000
    answer = post(master, {"tokens": odd})
    assert answer.status_code == 200
    assert [line["line"] for line in answer.json()["refused"]] == [1]


def test_texts_without_any_token_are_refused_with_each_line(
    master: Client, add_token: AddToken
) -> None:
    add_token("t1")
    answer = post(master, {"tokens": "two words", "token_list": "no comma"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "nothing_taken"
    assert [line["field"] for line in answer.json()["refused"]] == [
        "tokens",
        "token_list",
    ]
    assert UpstreamToken.objects.get().state == "active"


def test_a_file_that_cannot_be_read_is_told_by_its_name(
    master: Client, team: Team, folder: Path
) -> None:
    (folder / ".token").write_bytes(b"\xff")
    for answer in (
        master.get("/update-tokeninfo"),
        master.post("/get-tokeninfo"),
        post(master, {"tokens": "t1"}),
    ):
        assert answer.status_code == 500
        assert answer.json()["message"] == ".token is not UTF-8 text."


DOORS = [("get", "/update-tokeninfo"), ("post", "/update-tokeninfo")]
DOORS += [("post", "/get-tokeninfo")]


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize(
    "header",
    ["", "Bearer ", "Bearer wrong", "Basic x", "Bearer \x80é", "Bearer " + "x" * 5000],
)
def test_without_a_good_key_nothing_is_said_and_nothing_done(
    add_token: AddToken, folder: Path, method: str, path: str, header: str
) -> None:
    add_token("t1", alias="ann")
    (folder / ".token").write_text("t2\n")
    client = Client(headers={"Authorization": header} if header else {})
    answer = getattr(client, method)(path)
    assert answer.status_code == 401
    assert answer.json()["error"] == "unauthorized"
    assert "ann" not in answer.content.decode()
    assert UpstreamToken.objects.count() == 1


def test_an_empty_auth_token_opens_nothing(team: Team, settings: Any) -> None:
    settings.AUTH_TOKEN = ""
    for header in ("Bearer", "Bearer ", "bearer  "):
        answer = Client(headers={"Authorization": header}).post("/get-tokeninfo")
        assert answer.status_code == 401


def test_a_wrong_key_is_told_before_a_wrong_method_or_body(team: Team) -> None:
    assert Client().delete("/get-tokeninfo").status_code == 401
    assert post(Client(), "{").status_code == 401
    refused = Client(headers=BEARER).delete("/get-tokeninfo")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")


def test_the_word_bearer_may_be_written_in_any_case(team: Team) -> None:
    header = {"Authorization": BEARER["Authorization"].replace("Bearer", "bEARER")}
    assert Client(headers=header).post("/get-tokeninfo").status_code == 200


def test_an_admin_of_the_team_may_and_nobody_else(sign_in: SignIn, team: Team) -> None:
    assert sign_in("admin").post("/get-tokeninfo").status_code == 200
    for role in ("analyst", "lead", "member"):
        assert sign_in(role).post("/get-tokeninfo").status_code == 401


def test_an_admin_sees_the_own_teams_tokens_only(
    sign_in: SignIn, add_token: AddToken
) -> None:
    add_token("t1")
    other = factories.team("other")
    factories.user("charlie@example.com", other, "admin")
    client = Client()
    client.login(username="charlie@example.com", password=factories.PASSWORD)
    got = client.post("/get-tokeninfo?team=acme").json()
    assert (got["status"], got.get("tokens")) == ("error", None)
    assert client.post("/get-tokeninfo").json()["tokens"] == ""


def test_a_signed_in_browser_needs_its_csrf_token_and_this_site(
    team: Team, folder: Path
) -> None:
    factories.user("ann@example.com", team, "admin")
    client = Client(enforce_csrf_checks=True)
    client.login(username="ann@example.com", password=factories.PASSWORD)
    assert post(client, {"tokens": "t1"}).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.get("/update-tokeninfo", headers=elsewhere).status_code == 403
    assert client.get("/update-tokeninfo").status_code == 200
    client.get("/tokeninfo")
    csrf = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post(
        "/update-tokeninfo", {"tokens": "t1"}, content_type=JSON, headers=csrf
    )
    assert answer.status_code == 200
    assert Change.objects.get().actor == "ann@example.com"


@pytest.mark.parametrize("path", ["/checksum", "/get-checksum"])
def test_a_checksum_is_fresh_each_time_and_needs_no_key(path: str) -> None:
    one, two = (Client().get(path).json()["checksum"] for _ in range(2))
    assert len(one) == 137
    assert checksum.parse(one) != checksum.parse(two)


def test_answers_with_tokens_are_kept_by_nobody(master: Client, team: Team) -> None:
    assert "no-store" in master.post("/get-tokeninfo")["Cache-Control"]


@pytest.mark.parametrize("path", ["/get-tokeninfo", "/update-tokeninfo", "/logs"])
def test_without_a_database_a_program_is_told_so_in_json(
    master: Client, path: str
) -> None:
    def gone(*statement: object) -> None:
        raise OperationalError("canary-host refused")

    master.raise_request_exception = False
    with connection.execute_wrapper(gone):
        answer = master.post(path)
        page = master.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["error"] == "database_unavailable"
    assert "canary-host" not in answer.content.decode()
    assert page.status_code == 503
    assert page["Content-Type"].startswith("text/html")
