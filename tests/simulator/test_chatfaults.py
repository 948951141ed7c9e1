import pytest

from simulator import trailers, wire
from simulator.chat import Script, reply, script
from simulator.chatfaults import STREAMS
from simulator.chatrequest import Fields, parse
from simulator.wire import START, Frame, MalformedError

from .calls import body

NORMAL = script(parse(body(), None))
TEXT = "".join(
    Fields(f.payload).text(1) for f in NORMAL.frames if Script(()).is_text(f)
)


def _with(name: str, **options: object) -> Script:
    return STREAMS[name](NORMAL, options)


def _frames(name: str, **options: object) -> list[Frame]:
    return wire.split_frames(reply(_with(name, **options), 0).body())


def _said(frames: list[Frame]) -> str:
    messages = [frame.message() for frame in frames if not frame.flags & wire.END]
    return "".join(Fields(message).text(1) for message in messages)


@pytest.mark.parametrize("name", trailers.NAMES)
def test_each_error_comes_first_or_after_some_text(name: str) -> None:
    assert _frames(name) == [trailers.sample(name)]
    late = _frames(name, after=3)
    assert late[-1] == trailers.sample(name)
    assert sum(Script(()).is_text(frame) for frame in late) == 3


def test_an_error_comes_after_part_of_the_text() -> None:
    frames = _frames("error_after_text", trailer="V3")
    assert frames[-1] == trailers.sample("V3")
    assert TEXT.startswith(_said(frames)) and _said(frames)


def test_an_error_comes_compressed_with_flag_3() -> None:
    (frame,) = _frames("gzip_error")
    assert frame.flags == 3 and frame.message() == trailers.sample("V1").payload


def test_an_error_comes_without_details() -> None:
    (frame,) = _frames("bare_error", code="unavailable")
    assert frame.payload == b'{"error":{"code":"unavailable","message":"Error"}}'


def test_the_end_is_missing() -> None:
    frames = _frames("no_end")
    assert _said(frames) == TEXT and not frames[-1].flags


def test_the_body_is_empty() -> None:
    assert reply(_with("no_frames"), 0).body() == b""


def test_there_is_a_start_and_an_end_and_nothing_between() -> None:
    assert _frames("only_end") == [START, trailers.SUCCESS]


def test_the_stream_stalls_before_its_first_frame() -> None:
    first = reply(_with("stall", ms=900), 0).writes[0]
    assert (first.pause_ms, first.data) == (900, b"")


def test_the_stream_pauses_in_the_middle() -> None:
    writes = reply(_with("pause", ms=900, after=5), 0).writes
    (at,) = (at for at, write in enumerate(writes) if write.pause_ms)
    before = wire.split_frames(b"".join(write.data for write in writes[:at]))
    assert sum(Script(()).is_text(frame) for frame in before) == 5


@pytest.mark.parametrize("size", [1, 3])
def test_the_bytes_come_in_writes_of_one_size(size: int) -> None:
    answer = reply(_with("one_byte", size=size), 0)
    assert {len(w.data) for w in answer.writes[1:-1]} == {size}
    assert answer.body() == reply(NORMAL, 0).body()


def test_texts_come_compressed_short_and_long() -> None:
    frames = [f for f in _frames("gzip_text") if f.flags == 1][1:]
    lengths = [len(frame.message()) for frame in frames]
    assert lengths[0] > 127 > max(lengths[1:])
    assert _said(frames).endswith(TEXT)


def test_the_end_comes_compressed_with_flag_3() -> None:
    end = _frames("gzip_end")[-1]
    assert (end.flags, end.message()) == (3, b"{}")


def test_the_end_carries_metadata() -> None:
    assert _frames("end_metadata")[-1].payload == b'{"metadata":{"a":["b"]}}'


def test_unknown_fields_leave_the_text_as_it_was() -> None:
    frames = _frames("unknown_fields")
    assert _said(frames) == TEXT and frames[-1] == trailers.SUCCESS
    assert any(Fields(f.message()).has(900) for f in frames[:-1])


def test_empty_frames_are_repeated() -> None:
    frames = _frames("zero_frames")
    assert frames.count(START) > 50 and _said(frames) == TEXT


def test_a_reserved_flag_is_set() -> None:
    assert [f.flags for f in _frames("reserved_flag")].count(0x80) == 1


def test_a_small_frame_unpacks_to_a_huge_text() -> None:
    bomb = _frames("gzip_bomb", mib=40)[2]
    assert len(bomb.payload) < 100_000
    with pytest.raises(MalformedError):
        bomb.message()


def test_a_frame_is_not_what_its_flag_or_length_says() -> None:
    with pytest.raises(MalformedError):
        _frames("bad_gzip")[2].message()
    with pytest.raises(MalformedError):
        list(wire.fields(_frames("bad_protobuf")[2].payload))


def test_a_frame_promises_more_than_comes() -> None:
    assert reply(_with("huge_frame", mib=2048), 0).body()[-5:].hex() == "0080000000"


def test_an_answer_is_dictated() -> None:
    assert _said(_frames("answer", text="Ünïcode, please.")) == "Ünïcode, please."


def test_faults_lie_on_top_of_each_other() -> None:
    both = STREAMS["one_byte"](_with("answer", text="Hi"), {})
    assert {len(w.data) for w in reply(both, 0).writes[1:]} == {1}
