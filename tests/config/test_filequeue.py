"""The queue that a newcomer has: files."""

from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.exceptions import ChannelError
from kombu.messaging import Consumer

from config.filequeue import SCHEME


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    folders = {name: tmp_path / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir()
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
    }


def test_a_persons_job_goes_before_all_others(options: dict[str, str]) -> None:
    queues = [Queue(name, routing_key=name) for name in ("user", "hourly", "backfill")]
    came: list[str] = []

    def taken(body: Any, message: Any) -> None:
        came.append(body)
        message.ack()
        if len(came) == 2:
            send("user")

    with Connection(f"{SCHEME}://", transport_options=options) as connection:
        producer = connection.Producer(serializer="json")

        def send(name: str) -> None:
            producer.publish(name, routing_key=name, declare=queues)

        for name in ("backfill", "hourly", "backfill", "hourly", "user"):
            send(name)
        with Consumer(
            connection.channel(), queues, callbacks=[taken], prefetch_count=1
        ):
            for _ in range(6):
                connection.drain_events(timeout=5)
    assert came == ["user", "hourly", "user", "hourly", "backfill", "backfill"]


def test_a_message_that_was_cut_short_is_passed_over(
    options: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue("user", Exchange("user"), routing_key="user")
    Path(options["data_folder_in"], "0_cut.user.msg").write_bytes(b"")
    Path(options["control_folder"], "user.exchange").write_bytes(b"")
    with Connection(f"{SCHEME}://", transport_options=options) as connection:
        connection.Producer(serializer="json").publish(
            "whole", exchange="user", routing_key="user", declare=[queue]
        )
        with connection.SimpleQueue(queue) as simple:
            assert simple.get(timeout=5).payload == "whole"
    assert "was cut short" in caplog.text


def test_an_exchange_that_is_cut_short_after_it_was_bound_is_written_again(
    options: dict[str, str],
) -> None:
    queue = Queue("later", Exchange("later"), routing_key="later")
    sent = {"exchange": "later", "routing_key": "later", "declare": [queue]}
    with Connection(f"{SCHEME}://", transport_options=options) as connection:
        producer = connection.Producer(serializer="json")
        producer.publish("first", **sent)
        Path(options["control_folder"], "later.exchange").write_bytes(b"")
        producer.publish("second", **sent)
        with connection.SimpleQueue(queue) as simple:
            came = [simple.get(timeout=5).payload for _ in range(2)]
    assert sorted(came) == ["first", "second"]


def test_a_message_for_which_there_is_no_room_leaves_nothing_behind(
    options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a full disk refuses it: the name can be made, its content cannot."""
    queue = Queue("user", routing_key="user")
    with Connection(f"{SCHEME}://", transport_options=options) as connection:
        producer = connection.Producer(serializer="json")
        producer.publish("first", routing_key="user", declare=[queue])

        def full(path: Path, text: str) -> int:
            path.touch()
            raise OSError(ENOSPC, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr(Path, "write_text", full)
            with pytest.raises(ChannelError, match="No space left"):
                producer.publish("second", routing_key="user")
    left = list(Path(options["data_folder_in"]).iterdir())
    assert len(left) == 1
