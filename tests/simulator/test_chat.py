import asyncio

import pytest
from starlette.testclient import TestClient

from simulator import chat, trailers, wire
from simulator.app import make_app
from simulator.chat import Script, reply, script
from simulator.chatrequest import Fields, parse
from simulator.wire import START
from simulator.world import World

from .calls import CHECKSUM, HEADERS, ask, body, hang_up, said


def test_an_answer_streams_echo_start_texts_and_end(api: TestClient) -> None:
    frames = wire.split_frames(ask(api))
    assert frames[0].flags == 1 and frames[1] == START
    assert frames[-1] == trailers.SUCCESS
    assert len(frames) > 50 and all(Script(()).is_text(frame) for frame in frames[2:-1])
    echo = Fields(frames[0].message()).text(5)
    assert "<|BEGIN_USER|>\nGrüß dich\n<|END_USER|>" in echo


def test_an_answer_names_the_model_and_quotes_what_was_said(api: TestClient) -> None:
    text = said(ask(api))
    assert "simulator" in text and "gpt-5" in text and "“Grüß dich”" in text


def test_the_headers_are_those_of_the_protocol(api: TestClient) -> None:
    answer = api.post(chat.PATH, content=body(), headers=HEADERS)
    assert answer.headers["content-type"] == "application/connect+proto"
    assert answer.headers["connect-content-encoding"] == "gzip"


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic demo-upstream-token"])
def test_a_wrong_token_is_told_in_the_trailer(api: TestClient, token: str) -> None:
    stream = ask(api, authorization=token)
    assert stream == trailers.sample("V1").encode()


@pytest.mark.parametrize(
    "checksum", ["", CHECKSUM[:-1], CHECKSUM + "/" + "z" * 64, "!" + CHECKSUM[1:]]
)
def test_a_malformed_checksum_is_told_in_the_trailer(
    api: TestClient, checksum: str
) -> None:
    stream = ask(api, **{"x-cursor-checksum": checksum})
    assert stream == trailers.sample("V2").encode()


def test_both_lengths_of_checksum_are_taken(api: TestClient) -> None:
    long = CHECKSUM + "/" + "0f" * 32
    assert said(ask(api, **{"x-cursor-checksum": long}))


def test_other_content_types_get_415(api: TestClient) -> None:
    headers = {**HEADERS, "content-type": "application/proto"}
    answer = api.post(chat.PATH, content=body(), headers=headers)
    assert answer.status_code == 415


def test_malformed_requests_end_in_a_connect_error(api: TestClient) -> None:
    answer = api.post(chat.PATH, content=b"\0\0\0\0\x09ab", headers=HEADERS)
    (frame,) = wire.split_frames(answer.content)
    assert frame.flags == 2 and b'"code":"invalid_argument"' in frame.payload


def test_other_methods_get_405(api: TestClient) -> None:
    assert api.get(chat.PATH).status_code == 405


def test_writes_join_and_split_frames_in_the_same_places_each_time() -> None:
    whole = script(parse(body(), None))
    one, two = reply(whole, 15), reply(whole, 15)
    assert one == two
    starts = {0}
    for frame in whole.frames:
        starts.add(max(starts) + len(frame.encode()))
    cuts, at = set(), 0
    for write in one.writes:
        cuts.add(at := at + len(write.data))
    assert cuts - starts, "some frame is split"
    assert starts - cuts - {0}, "some frames are joined"


def test_a_write_waits_the_asked_time() -> None:
    frames = (START, *Script(()).text_frames("Hello"), trailers.SUCCESS)
    pauses = {write.pause_ms for write in reply(Script(frames), 15).writes}
    assert pauses <= {0.0, 15}


def test_a_caller_who_hangs_up_is_noticed_and_the_stream_stops(world: World) -> None:
    app = make_app(world, chunk_delay_ms=1)
    sent = asyncio.run(hang_up(app, chat.PATH, after_parts=5))
    (entry,) = app.state.simulator.recorder.as_json("chat")
    assert entry["disconnected_at"] >= entry["received_at"]
    assert len(sent) < 10 and sent[-1]["more_body"]


def test_a_caller_who_stays_is_not_called_gone(api: TestClient) -> None:
    ask(api)
    (entry,) = api.get("/_sim/requests", params={"kind": "chat"}).json()
    assert entry["disconnected_at"] is None
    assert entry["body"]["model"] == "gpt-5"
    assert entry["headers"]["x-cursor-checksum"] == CHECKSUM
