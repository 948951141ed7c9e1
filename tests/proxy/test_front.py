"""Which requests are the gateway's, and how their bodies are read."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy import asking, cors
from proxy.asking import HungUp, Request
from proxy.errors import BadRequest, TooLarge, TooSlow
from proxy.gateway import is_ours
from proxy.memory import Memory


@pytest.mark.parametrize(
    ("path", "prefix", "inside"),
    [
        ("/v1", "", True),
        ("/v1/models", "", True),
        ("/v1\nmodels", "", True),
        ("/v1;x", "", True),
        ("//v1/models", "", True),
        ("/v10/models", "", False),
        ("/dashboard/v1", "", False),
        ("/hf", "/hf", True),
        ("/hf/", "/hf", True),
        ("/hf/nowhere", "/hf", True),
        ("/hfx", "/hf", False),
        ("/hf", "", False),
        ("/hf/v1/models", "/hf", True),
        ("/v1/models", "/hf", True),
        ("/dashboard/", "/hf", False),
    ],
)
def test_what_belongs_to_the_gateway(path: str, prefix: str, inside: bool) -> None:
    assert is_ours(path, prefix) is inside


def request(
    *pieces: bytes | None,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> Request:
    """None hangs up; after the pieces nothing comes."""
    coming = list(pieces)

    async def receive() -> dict[str, Any]:
        if not coming:
            await asyncio.Event().wait()
        piece = coming.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(coming)}

    given = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
    return Request({"method": method, "path": "/v1", "headers": given}, receive)


PACKED = {"content-encoding": "gzip"}


@given(st.binary(max_size=5000), st.integers(1, 600), st.booleans())
def test_a_body_is_the_same_however_it_is_cut(
    body: bytes, size: int, packed: bool
) -> None:
    sent = zlib.compress(body, wbits=31) if packed else body
    pieces = [sent[at : at + size] for at in range(0, len(sent), size)] or [b""]
    asked = request(*pieces, headers=PACKED if packed else {})
    assert asyncio.run(asked.body()) == body


@given(st.binary(max_size=300))
def test_a_body_that_is_not_packed_breaks_nothing(body: bytes) -> None:
    try:
        asyncio.run(request(body, headers=PACKED).body())
    except BadRequest as error:
        assert error.status == 400


async def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    bomb = zlib.compress(b" " * (200 * asking.MIB), wbits=31)
    assert len(bomb) < asking.MIB
    with pytest.raises(TooLarge, match="32 MiB"):
        await request(bomb, headers=PACKED).body()


async def test_a_length_that_is_too_large_is_told_before_a_byte_is_read() -> None:
    with pytest.raises(TooLarge):
        await request(headers={"content-length": str(33 * asking.MIB)}).body()


async def test_a_caller_who_sends_nothing_more_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "SILENCE", 0.01)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(TooSlow) as error:
        await Request({"method": "POST", "path": "/", "headers": []}, receive).body()
    assert error.value.status == 400


async def test_a_caller_who_is_gone_gets_no_answer() -> None:
    with pytest.raises(HungUp):
        await request(b"{", None).body()


def test_only_the_pages_of_a_list_may_read() -> None:
    page = {"origin": "https://a.example"}
    shown = dict(cors.headers(request(headers=page), ["https://a.example"]))
    assert shown[b"access-control-allow-origin"] == b"https://a.example"
    assert shown[b"vary"] == b"Origin"
    for allowed in ([], ["https://b.example"]):
        assert dict(cors.headers(request(headers=page), allowed)) == {
            b"vary": b"Origin"
        }


def test_a_preflight_repeats_only_names_of_headers() -> None:
    asked = {"origin": "https://a.example", "access-control-request-method": "POST"}
    for wish, told in (
        ("authorization,x-a", "authorization,x-a"),
        ("a\r\nset-cookie: x", "Authorization, Content-Type"),
        ("", "Authorization, Content-Type"),
    ):
        headers = asked | {"access-control-request-headers": wish}
        answer = cors.preflight(request(headers=headers, method="OPTIONS"))
        assert answer is not None
        assert answer.headers["access-control-allow-headers"] == told
    assert cors.preflight(request(headers=asked, method="POST")) is None
    assert cors.preflight(request(method="OPTIONS")) is None


def test_memory_forgets_by_time_and_by_number() -> None:
    now = [0.0]
    memory: Memory[str, int] = Memory(0.5, size=2, clock=lambda: now[0])
    memory.put("a", 1)
    assert memory.get("a") == 1
    now[0] = 0.5
    assert memory.get("a") is None
    for number, name in enumerate("bcd"):
        memory.put(name, number)
    assert [memory.get(name) for name in "bcd"] == [None, 1, 2]
