from collections.abc import AsyncIterator

import httpx
import pytest

from proxy.upstream.streamchat import client
from proxy.upstream.vendor.call import Options
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Failed,
    Finished,
    Message,
    Prompt,
    TextDelta,
)
from tests.proxy.upstream import recorded
from tests.proxy.upstream.recorded import END, START, frame, text_frame, zipped

OPTIONS = Options("http://upstream.test/", "2.0.0", timezone="Europe/Berlin")
CREDENTIAL = Credential("canary-token", "canary-checksum")
PROMPT = Prompt("gpt-4o", (Message("user", "Hi"),))
CONNECT = {"content-type": "application/connect+proto"}


class Body(httpx.AsyncByteStream):
    """An answer's body that may break off, and knows whether it was closed."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def aclose(self) -> None:
        self.closed = True


def answering(
    *pieces: bytes | Exception, status: int = 200, headers: dict[str, str] | None = None
) -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda request: httpx.Response(
            status,
            headers=CONNECT if headers is None else headers,
            stream=Body(*pieces),
        )
    )


async def events(transport: httpx.AsyncBaseTransport) -> list[Event]:
    async with (
        httpx.AsyncClient(transport=transport) as http,
        client.open(http, OPTIONS, CREDENTIAL, PROMPT) as stream,
    ):
        return [event async for event in stream]


async def failure(transport: httpx.AsyncBaseTransport) -> Failed:
    last = (await events(transport))[-1]
    assert isinstance(last, Failed)
    return last


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_a_recorded_stream_becomes_its_text_and_an_end() -> None:
    got = await events(answering(recorded.RECORDED))
    assert text_of(got) == recorded.ANSWER
    assert got[-1] == Finished("stop")


async def test_one_byte_at_a_time_gives_the_same_events() -> None:
    whole = await events(answering(recorded.RECORDED))
    pieces = [bytes([byte]) for byte in recorded.RECORDED]
    assert await events(answering(*pieces)) == whole


async def test_the_prompt_echo_never_comes_out() -> None:
    got = await events(answering(recorded.RECORDED))
    assert "BEGIN_SYSTEM" not in text_of(got)


async def test_a_compressed_text_is_text() -> None:
    body = zipped(recorded.field(1, b"Hi")) + zipped(recorded.field(1, b"!" * 200))
    assert text_of(await events(answering(body + zipped(b"{}", 3)))) == "Hi" + "!" * 200


async def test_unknown_fields_and_repeated_start_markers_are_passed_over() -> None:
    body = START * 3 + frame(recorded.field(99, b"new") + recorded.field(1, b"Hi"))
    assert text_of(await events(answering(body + END))) == "Hi"


async def test_it_sends_one_envelope_with_the_protocols_headers() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        body = Body(text_frame("Hi") + END)
        return httpx.Response(200, headers=CONNECT, stream=body)

    await events(httpx.MockTransport(answer))
    [request] = seen
    assert str(request.url) == ("http://upstream.test/aiserver.v1.AiService/StreamChat")
    length = int.from_bytes(request.content[1:5])
    assert (request.content[0], len(request.content)) == (0, length + 5)
    headers = request.headers
    assert headers["content-type"] == "application/connect+proto"
    assert headers["authorization"] == "Bearer canary-token"
    assert headers["x-cursor-checksum"] == "canary-checksum"
    assert headers["x-cursor-client-version"] == "2.0.0"
    assert headers["x-cursor-timezone"] == "Europe/Berlin"
    assert headers["x-ghost-mode"] == "true"
    assert headers["connect-accept-encoding"] == "gzip"
    assert headers["connect-protocol-version"] == "1"
    assert headers["x-amzn-trace-id"] == f"Root={headers['x-request-id']}"
    assert headers["x-request-id"].encode() not in request.content


@pytest.mark.parametrize("vector", ["V1", "V2", "V3", "V4"])
async def test_an_error_envelope_is_told_after_the_text_before_it(vector: str) -> None:
    got = await events(answering(text_frame("Hi") + recorded.error_end(vector)))
    assert text_of(got) == "Hi"
    assert isinstance(got[-1], Failed)
    assert got[-1].message.startswith("The upstream refused: ")


async def test_a_compressed_error_envelope_is_told() -> None:
    failed = await failure(answering(zipped(recorded.error_json("V2"), 3)))
    assert failed.code == "upstream_unauthorized"


@pytest.mark.parametrize("body", [END, START + END, text_frame("\n\n") + END])
async def test_an_empty_answer_is_a_failure(body: bytes) -> None:
    failed = await failure(answering(body))
    assert (failed.code, failed.status) == ("upstream_empty_answer", 502)
    assert failed.retryable


@pytest.mark.parametrize("body", [b"", START, text_frame("Hi"), text_frame("Hi")[:6]])
async def test_a_body_that_just_stops_is_cut(body: bytes) -> None:
    assert (await failure(answering(body))).code == "upstream_cut"


async def test_a_connection_that_breaks_midway_is_cut() -> None:
    got = await events(answering(text_frame("Hi"), httpx.ReadError("reset")))
    assert text_of(got) == "Hi"
    assert isinstance(got[-1], Failed)
    assert (got[-1].code, got[-1].retryable) == ("upstream_cut", True)


async def test_silence_midway_is_a_time_out() -> None:
    failed = await failure(answering(text_frame("Hi"), httpx.ReadTimeout("slow")))
    assert (failed.code, failed.status) == ("upstream_timeout", 504)


@pytest.mark.parametrize(
    ("status", "blames", "retryable"),
    [
        (301, False, False),
        (401, True, True),
        (403, True, True),
        (429, True, True),
        (464, False, False),
        (500, False, True),
        (503, False, True),
    ],
)
@pytest.mark.parametrize("page", [b"<html>Secret page</html>", b""])
async def test_a_status_other_than_200_is_a_failure_and_kills_no_token(
    status: int, blames: bool, retryable: bool, page: bytes
) -> None:
    failed = await failure(answering(page, status=status))
    assert failed.status == status
    assert "Secret page" not in failed.message
    assert (failed.blames_token, failed.token_is_dead) == (blames, False)
    assert failed.retryable == retryable


async def test_a_named_wait_is_passed_on() -> None:
    busy = answering(b"", status=429, headers={"retry-after": "17"})
    assert (await failure(busy)).retry_after == 17


async def test_a_readable_error_in_a_refused_answer_is_told() -> None:
    body = b'{"code":"unauthenticated","message":"not_authenticated"}'
    failed = await failure(answering(body, status=401))
    assert "not_authenticated" in failed.message
    assert failed.token_is_dead


async def test_a_page_instead_of_a_stream_is_a_bad_answer() -> None:
    page = answering(b"<html>", headers={"content-type": "text/html"})
    failed = await failure(page)
    assert (failed.code, failed.status) == ("upstream_bad_answer", 502)


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (httpx.ConnectError("refused"), "upstream_unreachable", 502),
        (httpx.RemoteProtocolError("noise"), "upstream_unreachable", 502),
        (OSError("reset"), "upstream_unreachable", 502),
        (httpx.ConnectTimeout("slow"), "upstream_timeout", 504),
        (httpx.PoolTimeout("full"), "upstream_timeout", 504),
    ],
)
async def test_no_answer_at_all_is_a_failure_worth_another_try(
    error: Exception, code: str, status: int
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise error

    failed = await failure(httpx.MockTransport(refuse))
    assert (failed.code, failed.status, failed.retryable) == (code, status, True)


async def test_a_dropped_connection_is_not_told_as_a_time_out() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("as the transport says") from ConnectionError()

    failed = await failure(httpx.MockTransport(refuse))
    assert failed.code == "upstream_unreachable"


async def test_leaving_early_closes_the_answer() -> None:
    body = Body(text_frame("Hi"), text_frame("there"), END)
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, headers=CONNECT, stream=body)
    )
    async with (
        httpx.AsyncClient(transport=transport) as http,
        client.open(http, OPTIONS, CREDENTIAL, PROMPT) as stream,
    ):
        assert await anext(stream) == TextDelta("Hi")
        assert not body.closed
    assert body.closed


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr((CREDENTIAL, PROMPT, TextDelta("canary-text")))
    assert "canary" not in shown
    assert "Hi" not in shown
