"""Bodies that are too large are not written anywhere."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application

from dashboard import uploads
from dashboard.uploads import MIB, bounded

IMPORT, OTHER = "/dashboard/import/", "/accounts/login/"
Message = Mapping[str, Any]


class Caller:
    """Sends pieces of a megabyte for as long as they are asked for."""

    def __init__(self, path: str, pieces: int, announced: int | None = None) -> None:
        headers = [(b"host", b"localhost")]
        if announced is not None:
            headers.append((b"content-length", str(announced).encode()))
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": headers,
        }
        self.pieces, self.taken = pieces, 0
        self.told: list[Message] = []

    async def receive(self) -> Message:
        self.taken += 1
        more = self.taken < self.pieces
        return {"type": "http.request", "body": b"x" * MIB, "more_body": more}

    async def send(self, message: Message) -> None:
        self.told.append(message)

    @property
    def status(self) -> int:
        return int(self.told[0]["status"])


class Pages:
    """Stands where Django does, and reads what it is given."""

    def __init__(self) -> None:
        self.read, self.asked = 0, list[dict[str, Any]]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.read += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 9 * MIB)
    monkeypatch.setattr(uploads, "LARGEST_BODY", 4 * MIB)


@pytest.mark.parametrize(("path", "most"), [(IMPORT, 10), (OTHER, 4)])
@pytest.mark.parametrize("announced", [True, False])
async def test_what_fits_goes_to_the_page(
    path: str, most: int, announced: bool
) -> None:
    pages, caller = Pages(), Caller(path, most, most * MIB if announced else None)
    await bounded(pages)(caller.scope, caller.receive, caller.send)
    assert (caller.status, pages.read) == (200, most * MIB)


@pytest.mark.parametrize(("path", "most"), [(IMPORT, 10), (OTHER, 4)])
async def test_what_says_that_it_is_too_large_is_not_read_by_the_page(
    path: str, most: int
) -> None:
    pages, caller = Pages(), Caller(path, 20, most * MIB + 1)
    await bounded(pages)(caller.scope, caller.receive, caller.send)
    assert pages.read == 0


@pytest.mark.parametrize("announced", [None, 1])
async def test_what_turns_out_to_be_too_large_is_read_no_further(
    announced: int | None,
) -> None:
    pages, caller = Pages(), Caller(OTHER, 20, announced)
    await bounded(pages)(caller.scope, caller.receive, caller.send)
    assert pages.read == 4 * MIB
    assert caller.status == 413
    assert b"larger than 4 MB" in caller.told[1]["body"]


async def test_a_caller_who_sends_for_ever_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.05)
    caller = Caller(OTHER, 10**9, 10**15)
    await bounded(Pages())(caller.scope, caller.receive, caller.send)
    assert caller.status == 413


@pytest.mark.django_db
async def test_the_page_of_the_form_is_asked_to_say_it() -> None:
    """Nobody is signed in here; tests/dashboard/views/test_importing.py reads it."""
    caller = Caller(IMPORT, 20, 10**9)
    await bounded(get_asgi_application())(caller.scope, caller.receive, caller.send)
    assert caller.status == 302


@pytest.mark.django_db
async def test_nothing_of_it_is_on_the_disk() -> None:
    caller = Caller(OTHER, 20)
    await bounded(get_asgi_application())(caller.scope, caller.receive, caller.send)
    assert caller.status == 413
    assert list(settings.UPLOADS.iterdir()) == []
