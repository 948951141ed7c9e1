"""Processor time, which other people's work on the machine hardly changes."""

import os
import time
from pathlib import Path

from django.db import connection


def cpu_seconds() -> float:
    """Of this process, and of the PostgreSQL server that it writes to."""
    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    server = _parent(connection.connection.info.backend_pid)
    ticks = sum(
        sum(_stat(pid)[10:14] if pid == server else _stat(pid)[10:12])
        for pid in [server, *_children(server)]
    )
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _parent(pid: int) -> int:
    return _stat(pid)[0]


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in tasks.split()]


def _stat(pid: int) -> list[int]:
    """From the parent on; from place 10 its ticks, from 12 those of ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [int(field) for field in fields[1:]]
