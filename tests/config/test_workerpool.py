"""A worker whose processes are killed."""

import subprocess
import sys

from tests import environment

# In a process of its own: what billiard forks from a test would end as one.
STORY = """
import os, signal, time
from config.workerpool import BlockingPool
pool = BlockingPool(processes=2)
first = pool.apply_async(os.getpid).get(timeout=20)
waiting = [process.pid for process in pool._pool]
assert first in waiting
for pid in waiting:
    os.kill(pid, signal.SIGKILL)
while any(process.pid in waiting for process in pool._pool):
    time.sleep(0.05)
assert pool.apply_async(os.getpid).get(timeout=20) not in waiting
print("lives on", flush=True)
os._exit(0)
"""


def test_it_lives_on_when_those_are_killed_that_wait_for_work() -> None:
    told = subprocess.run(
        [sys.executable, "-c", STORY],
        cwd=environment.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "lives on" in told.stdout, told.stderr
