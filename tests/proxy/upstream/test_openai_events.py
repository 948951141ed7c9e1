import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.upstream.errors import BadAnswer
from proxy.upstream.openai.events import EventDecoder


def decode(*pieces: bytes, most: int = 1000) -> list[bytes]:
    decoder = EventDecoder(most)
    found = [data for piece in pieces for data in decoder.decode(piece)]
    return found + decoder.flush()


STREAM = b": hi\ndata: 1\n\nevent: x\nid: 3\ndata: 2\ndata:3\n\ndata: [DONE]\n\n"
DATA = [b"1", b"2\n3", b"[DONE]"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_is_read_however_it_is_cut(end: bytes) -> None:
    stream = STREAM.replace(b"\n", end)
    assert decode(stream) == DATA
    assert decode(*[stream[at : at + 1] for at in range(len(stream))]) == DATA
    for cut in range(len(stream)):
        assert decode(stream[:cut], stream[cut:]) == DATA


@pytest.mark.parametrize("left_out", [1, 2])
def test_a_last_event_without_its_blank_line_counts(left_out: int) -> None:
    assert decode(STREAM[:-left_out]) == DATA


def test_an_event_without_data_is_none() -> None:
    assert decode(b": only a comment\n\nevent: ping\n\n\n\n") == []


@pytest.mark.parametrize("piece", [b"data: " + b"a" * 80, b"data: aaaaaaa\n" * 8])
def test_an_event_that_does_not_end_is_refused(piece: bytes) -> None:
    with pytest.raises(BadAnswer, match="too large"):
        decode(piece, piece, most=100)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_noise_decodes_the_same_in_one_piece(pieces: list[bytes]) -> None:
    assert decode(*pieces) == decode(b"".join(pieces))
