import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import trailers, wire
from simulator.chat import Script
from simulator.chatrequest import Fields, parse
from simulator.wire import START, Frame, MalformedError

UUIDS = [f"00000000-0000-4000-8000-{n:012d}" for n in range(4)]
U1, U2, U3 = (uuid.encode().hex() for uuid in UUIDS[1:])
SAID = "02486910016a24" + U1
W011 = (
    f"00000000a2122c0a{SAID}220a0a0842652062726965662a102f706174682f746f2f7072"
    f"6f6a6563743a080a066770742d346f4a24{U2}7a24{U3}"
)
ZJS = (
    "000000009012060a0248691001221a0a18416c7761797320726573706f6e6420696e20e4b8ade6"
    "96872a102f706174682f746f2f70726f6a6563743a0a0a066770742d346f22004a24"
    f"{U2}5a007a24{U3}"
)
RC2 = (
    f"0000000093122f0a{SAID}a00100220a0a0842652062726965663a080a066770742d346f"
    f"4a24{U2}7a24{U3}"
)
RC2_LONG = (
    f"000000009d122f0a{SAID}a00100220a0a0842652062726965663a0f0a0b6770742d346f2d"
    f"3132386b28014a24{U2}7a24{U3}b00101"
)


def test_the_start_marker_and_the_success_trailer_have_the_known_bytes() -> None:
    assert START.encode().hex() == "0000000000"
    assert trailers.SUCCESS.encode().hex() == "02000000027b7d"


def test_a_text_frame_has_the_known_bytes() -> None:
    (frame,) = Script(()).text_frames("Hi")
    assert frame.encode().hex() == "00000000040a024869"


@pytest.mark.parametrize("vector", [W011, ZJS, RC2, RC2_LONG])
def test_requests_of_three_generations_are_read(vector: str) -> None:
    request = parse(bytes.fromhex(vector), None)
    assert request.model.startswith("gpt-4o")
    assert request.last_user_text == "Hi"
    assert [message.role for message in request.messages] == ["human"]
    assert (request.request_id, request.conversation_id) == (UUIDS[2], UUIDS[3])


def test_the_generations_differ_where_they_do() -> None:
    w011, zjs, rc2, long = (
        parse(bytes.fromhex(vector), None) for vector in (W011, ZJS, RC2, RC2_LONG)
    )
    assert w011.context == rc2.context == "Be brief"
    assert zjs.context == "Always respond in 中文"
    assert (w011.workspace, rc2.workspace) == ("/path/to/project", None)
    assert zjs.messages[0].bubble_id == "" and rc2.messages[0].bubble_id == UUIDS[1]
    assert (long.slow_pool, long.long_context) == (True, True)
    assert (rc2.slow_pool, rc2.long_context) == (False, None)


def test_a_compressed_request_needs_the_header_that_says_so() -> None:
    plain = Frame(bytes.fromhex(W011)[5:])
    assert parse(plain.zipped().encode(), "gzip").compressed
    with pytest.raises(MalformedError):
        parse(plain.zipped().encode(), None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\0\x05abc",
        bytes.fromhex("0000000000") * 2,
        Frame(b"{}", 2).encode(),
        Frame(b"\x12\x7f\x00").encode(),
        Frame(b"\x3a\x03\x0a\x01\xff").encode(),
        Frame(b"\x10\x01").encode(),
        Frame(b"\x00").encode(),
        Frame(b"\xff" * 11).encode(),
        Frame(b"nonsense", 1).encode(),
    ],
)
def test_malformed_requests_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(body, "gzip")


@given(st.binary())
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        parse(Frame(body).encode(), None)
    except MalformedError:
        return


@given(st.integers(0, 2**64 - 1), st.text(), st.binary())
def test_what_is_written_is_read_back(number: int, text: str, data: bytes) -> None:
    message = wire.number(3, number) + wire.text(4, text) + wire.block(90_000, data)
    fields = Fields(message)
    assert fields.number(3) == number
    assert fields.text(4) == text
    assert fields.blocks(90_000) == [data]


@given(st.text(min_size=1))
def test_an_answer_in_pieces_is_the_answer(text: str) -> None:
    pieces = [Fields(frame.payload).text(1) for frame in Script(()).text_frames(text)]
    assert "".join(pieces) == text


def test_gzip_frames_are_the_same_each_time() -> None:
    frame = Frame(b"x" * 500)
    assert frame.zipped() == frame.zipped()
    assert gzip.decompress(frame.zipped().payload) == frame.zipped().message()


def test_an_unpacked_request_has_a_limit() -> None:
    bomb = wire.squeeze(b"\0" * (33 * 1024 * 1024))
    with pytest.raises(MalformedError):
        wire.unzip(bomb)
