import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.upstream.connect import (
    Broken,
    ConnectError,
    EndOfStream,
    EnvelopeDecoder,
    Item,
    Message,
    envelope,
    parse_unary_error,
)
from proxy.upstream.errors import BadEnvelope, CutStream
from tests.proxy.upstream import recorded
from tests.proxy.upstream.recorded import END, RECORDED, START, frame, zipped


def decode(pieces: list[bytes], **options: int) -> list[Item]:
    decoder = EnvelopeDecoder(**options)  # type: ignore[arg-type]
    items = [item for piece in pieces for item in decoder.decode(piece)]
    return items + decoder.flush()


def fault(items: list[Item]) -> str:
    assert isinstance(items[-1], Broken)
    return items[-1].error.message


WHOLE = decode([RECORDED])


def test_a_recorded_stream_decodes_to_its_messages_and_end() -> None:
    assert len(WHOLE) == 5 + len(recorded.WORDS) + 1
    assert WHOLE[1] == Message(recorded.CITATION)
    assert WHOLE[3] == Message(recorded.PROMPT_ECHO)
    assert WHOLE[4] == Message(b"")
    assert WHOLE[-1] == EndOfStream(None)


def test_every_split_in_two_decodes_alike() -> None:
    for cut in range(len(RECORDED)):
        assert decode([RECORDED[:cut], RECORDED[cut:]]) == WHOLE


def test_one_byte_at_a_time_decodes_alike() -> None:
    assert decode([bytes([byte]) for byte in RECORDED]) == WHOLE


@given(st.lists(st.integers(0, len(RECORDED)), max_size=40).map(sorted))
def test_any_split_decodes_alike(cuts: list[int]) -> None:
    edges = [0, *cuts, len(RECORDED)]
    pieces = [RECORDED[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert decode(pieces) == WHOLE


@given(st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=8))
def test_any_envelopes_round_trip(messages: list[tuple[bytes, bool]]) -> None:
    body = b"".join(zipped(raw) if small else envelope(raw) for raw, small in messages)
    expected = [Message(raw) for raw, _ in messages]
    assert decode([body + END]) == [*expected, EndOfStream(None)]


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_noise_never_raises_and_ends_once(pieces: list[bytes]) -> None:
    items = decode(pieces)
    assert isinstance(items[-1], Broken | EndOfStream)
    assert sum(isinstance(item, Broken) for item in items) <= 1


def test_a_body_without_an_end_envelope_is_cut() -> None:
    items = decode([START + recorded.text_frame("Hi")])
    assert items[:2] == [Message(b""), Message(b"\n\x02Hi")]
    assert isinstance(items[-1], Broken)
    assert isinstance(items[-1].error, CutStream)


@pytest.mark.parametrize("body", [b"", b"\0", START, START + b"\0\0\0\0\5He"])
def test_an_unfinished_body_is_cut_wherever_it_stops(body: bytes) -> None:
    last = decode([body])[-1]
    assert isinstance(last, Broken)
    assert isinstance(last.error, CutStream)


def test_what_came_before_a_fault_is_kept() -> None:
    items = decode([recorded.text_frame("Hi") + b"\x80\0\0\0\0"])
    assert items[0] == Message(b"\n\x02Hi")
    assert "reserved flag (0x80)" in fault(items)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\x04\0\0\0\0", "reserved flag"),
        (b"\0\x7f\xff\xff\xff", "message of 2147483647 bytes"),
        (frame(b"not gzip", 1), "not gzip"),
        (frame(gzip.compress(b"half a message")[:-9], 1), "wrong length"),
        (frame(gzip.compress(b"a") + b"b", 1), "wrong length"),
        (frame(b"<html>", 2), "unreadable JSON"),
        (frame(b"[]", 2), "unreadable JSON"),
        (frame(b'{"error":7}', 2), "unreadable error"),
        (END + b"\0", "after the end"),
    ],
)
def test_a_broken_envelope_is_told(body: bytes, words: str) -> None:
    items = decode([body])
    assert words in fault(items)
    assert isinstance(items[-1], Broken)
    assert isinstance(items[-1].error, BadEnvelope)


def test_a_gzip_bomb_stops_at_the_cap() -> None:
    bomb = zipped(b"\0" * 100_000)
    assert decode([bomb + END], max_bytes=100_000)[-1] == EndOfStream(None)
    assert "unpacks too large" in fault(decode([bomb + END], max_bytes=99_999))


def test_a_compression_we_do_not_have_is_told_only_when_used() -> None:
    decoder = EnvelopeDecoder(encoding="br")
    assert decoder.decode(START) == [Message(b"")]
    assert "compressed with a method" in fault(decoder.decode(zipped(b"x")))


@pytest.mark.parametrize(
    "end", [b"{}", b'{"metadata":{"a":["b"]}}', b'{"error":null}', b' {"x":1} ']
)
@pytest.mark.parametrize("flags", [2, 3])
def test_an_end_without_an_error_is_success(end: bytes, flags: int) -> None:
    body = frame(end, 2) if flags == 2 else zipped(end, 3)
    assert decode([body]) == [EndOfStream(None)]


@pytest.mark.parametrize("padding", ["", "="])
def test_an_error_value_is_read_with_and_without_padding(padding: str) -> None:
    bare = base64.b64encode(b"ab").decode().rstrip("=")
    detail = {"type": "t", "value": bare + padding}
    error = {"code": "internal", "message": "Error", "details": [detail]}
    [end] = decode([frame(json.dumps({"error": error}).encode(), 2)])
    assert isinstance(end, EndOfStream)
    assert end.error is not None
    assert [detail.value for detail in end.error.details] == [b"ab"]


@pytest.mark.parametrize(
    "details", [None, 3, [], [None], [{"value": "!!"}], [{"value": 5, "type": 6}]]
)
def test_absent_or_unreadable_details_leave_the_error(details: object) -> None:
    error = {"code": "internal", "message": "Error", "details": details}
    [end] = decode([frame(json.dumps({"error": error}).encode(), 2)])
    assert isinstance(end, EndOfStream)
    assert end.error is not None
    assert (end.error.code, end.error.message) == ("internal", "Error")


def test_a_unary_error_is_bare_json() -> None:
    assert parse_unary_error(b'{"code":"not_found","message":"No"}') == ConnectError(
        "not_found", "No"
    )
    assert parse_unary_error(b"<html>") is None
    assert parse_unary_error(b'{"error":"x"}') is None
