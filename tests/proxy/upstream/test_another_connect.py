"""Our envelopes against another's Connect implementation, `connectrpc`, both ways.

It carries plain bytes here, so that nothing but the framing, the compression and the
errors is in question: the messages are the simulator's own, written by hand.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from connectrpc.client import ConnectClient
from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication, Endpoint
from protobuf.wkt import Any as Packed

from proxy.upstream.connect import unpadded_base64
from proxy.upstream.streamchat import client as streamchat
from proxy.upstream.unified import client as unified
from proxy.upstream.vendor import call
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
from simulator import wire
from simulator.chatrequest import Fields
from tests.proxy.upstream.recorded import VALUES
from tests.simulator.calls import CHECKSUM
from tests.vendor import Vendor

CREDENTIAL = Credential("canary-token", "canary-checksum")
PROMPT = Prompt("gpt-4o", (Message("user", "Hi"),))
Context = RequestContext[bytes, bytes]
Answer = Callable[[bytes, Context], AsyncIterator[bytes]]
LONG = "A long piece of text. " * 3000


class Bytes:
    """A codec that leaves messages as they are."""

    def name(self) -> str:
        return "proto"

    def encode(self, message: bytes) -> bytes:
        return message

    def decode(self, data: bytes | bytearray, message_class: type[bytes]) -> bytes:
        return bytes(data)


def method(path: str, kind: StreamType) -> MethodInfo[bytes, bytes]:
    _, service, name = path.split("/")
    return MethodInfo(
        name=name,
        service_name=service,
        input=bytes,
        output=bytes,
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=kind,
    )


class Server(ConnectASGIApplication[None]):
    def __init__(self, path: str, endpoint: Any) -> None:
        self._path = path.rsplit("/", 1)[0]
        super().__init__(
            service=None, endpoints=lambda _: {path: endpoint}, codecs=[Bytes()]
        )

    @property
    def path(self) -> str:
        return self._path


def streaming(path: str, answer: Answer) -> httpx.AsyncClient:
    info = method(path, StreamType.SERVER_STREAM)
    app = Server(path, Endpoint.server_stream(info, answer))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport)


async def events(kind: Any, answer: Answer, prompt: Prompt = PROMPT) -> list[Event]:
    async with (
        streaming(kind.PATH, answer) as http,
        kind.open(http, Options("http://c.test", "2"), CREDENTIAL, prompt) as stream,
    ):
        return [event async for event in stream]


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_its_server_reads_our_envelope_and_we_read_its_own() -> None:
    asked: list[Any] = []

    async def answer(request: bytes, context: Context) -> AsyncIterator[bytes]:
        asked.append(Fields(request).message(7).text(1))
        asked.append(context.request_headers.get("x-cursor-checksum"))
        yield b""
        for piece in ("Hel", "lo ", LONG):
            yield wire.text(1, piece)

    got = await events(streamchat, answer)
    assert text_of(got) == "Hello " + LONG
    assert got[-1] == Finished("stop")
    assert asked == ["gpt-4o", "canary-checksum"]


async def test_a_large_request_of_ours_is_read_by_it() -> None:
    async def answer(request: bytes, context: Context) -> AsyncIterator[bytes]:
        said = Fields(request).message(1).message(1).text(1)
        yield wire.block(2, wire.text(1, str(len(said))))

    prompt = Prompt("gpt-5", (Message("user", LONG),))
    assert text_of(await events(unified, answer, prompt)) == str(len(LONG))


@pytest.mark.parametrize("code", list(Code))
async def test_each_of_its_codes_is_an_error_of_ours(code: Code) -> None:
    async def answer(request: bytes, context: Context) -> AsyncIterator[bytes]:
        yield wire.text(1, "Half an ans")
        raise ConnectError(code, "It broke.")

    got = await events(streamchat, answer)
    assert text_of(got) == "Half an ans"
    assert isinstance(got[-1], Failed)
    assert got[-1].code == f"upstream_{code.value}"
    assert got[-1].message == "The upstream refused: It broke."


@pytest.mark.parametrize(
    ("vector", "code"),
    [
        ("V1", "upstream_not_logged_in"),
        ("V2", "upstream_unauthorized"),
        ("V3", "upstream_outdated_client"),
        ("V4", "upstream_deprecated"),
    ],
)
async def test_details_that_it_packs_are_read(vector: str, code: str) -> None:
    value = unpadded_base64(VALUES[vector]) or b""
    detail = Packed(
        type_url="type.googleapis.com/aiserver.v1.ErrorDetails", value=value
    )

    async def answer(request: bytes, context: Context) -> AsyncIterator[bytes]:
        raise ConnectError(Code.INTERNAL, "Error", details=[ErrorDetail(detail)])
        yield b""

    [failed] = await events(streamchat, answer)
    assert isinstance(failed, Failed)
    assert failed.code == code


async def test_an_unary_answer_of_its_is_read() -> None:
    async def answer(request: bytes, context: Context) -> bytes:
        return request + request

    path = unified.USAGE_PATH
    app = Server(path, Endpoint.unary(method(path, StreamType.UNARY), answer))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    options = Options("http://c.test", "2")
    async with httpx.AsyncClient(transport=transport) as http:
        told = await call.unary(http, options, CREDENTIAL, path, b"ab", "1")
    assert told == b"abab"


@pytest.fixture
def token(running_vendor: Vendor) -> str:
    url = f"{running_vendor.url}/_sim/tokens"
    httpx.post(url, json={"token": "another-clients"}).raise_for_status()
    return "another-clients"


async def test_its_client_reads_our_simulator(
    running_vendor: Vendor, token: str
) -> None:
    message = wire.block(2, wire.text(1, "Who are you?") + wire.number(2, 1))
    async with ConnectClient(running_vendor.url, codec=Bytes()) as client:
        answers = client.execute_server_stream(
            request=message,
            method=method(streamchat.PATH, StreamType.SERVER_STREAM),
            headers={"authorization": f"Bearer {token}", "x-cursor-checksum": CHECKSUM},
        )
        said = [Fields(answer).text(1) async for answer in answers]
    assert "Who are you?" in "".join(said)


async def test_its_client_reads_our_simulators_refusal(running_vendor: Vendor) -> None:
    async with ConnectClient(running_vendor.url, codec=Bytes()) as client:
        answers = client.execute_server_stream(
            request=b"", method=method(streamchat.PATH, StreamType.SERVER_STREAM)
        )
        with pytest.raises(ConnectError) as error:
            [answer async for answer in answers]
    assert error.value.code is Code.UNAUTHENTICATED
    [detail] = error.value.details
    assert detail.type_name == "aiserver.v1.ErrorDetails"
    assert Fields(detail.message_bytes).number(1) == 2
