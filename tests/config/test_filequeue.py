"""The queue that a newcomer has: files."""

from pathlib import Path
from typing import Any

import pytest
from kombu.connection import Connection
from kombu.entity import Queue
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
