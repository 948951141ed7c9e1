"""Minutes of mixed traffic, some of it from callers who hang up: nothing is lost,
nothing is left, and nothing grows."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.gateway import resident, worker_of
from tests.acceptance.results import Result
from tests.proxy.gateway import HELLO, Gateway

CALLERS = 24
MODELS = ("provided", "older", "newer")
ENDS = {"answered": "ok", "refused": "refused", "hung up": "cancelled"}
# MB that a process may grow by after its first fifth, and files it may have more.
GROWTH, FILES = 20.0, 20
# A first piece of each answer; then whoever hangs up is gone.
BEGINNING = 100


def run(gateway: Gateway, minutes: float, seed: int) -> Iterator[Result]:
    worker = worker_of(gateway.live.processes["web"].pid)
    before = len(gateway.rows())
    asyncio.run(_traffic(gateway, minutes * 12, seed))
    first = resident(worker), _files(worker)
    seen = asyncio.run(_traffic(gateway, minutes * 48, seed + 1000))
    gateway.live.wait(lambda: not _under_way(gateway), "every request to end")
    last = resident(worker), _files(worker)
    rows = gateway.rows()
    problems = [*_lost(rows[: len(rows) - before], seen), *_grown(first, last)]
    gone = f"{CALLERS} callers, {seen['hung up']} times one hung up"
    what = f"{minutes:g} minutes, seed {seed}, {gone}, {last[0]:.0f} MB"
    yield Result("soak", what, max(seen.total(), len(problems)), tuple(problems))


def _lost(rows: list[dict[str, object]], seen: Counter[str]) -> list[str]:
    found = [f"{n} callers saw: {what}" for what, n in seen.items() if what not in ENDS]
    kinds = Counter(str(row["outcome"]) for row in rows)
    bad = {kind: n for kind, n in kinds.items() if kind not in ENDS.values()}
    return [*found, *(f"{n} rows are {kind}" for kind, n in bad.items())]


def _grown(first: tuple[float, int], last: tuple[float, int]) -> list[str]:
    found = []
    if last[0] - first[0] > GROWTH:
        found.append(f"it grew from {first[0]:.0f} to {last[0]:.0f} MB")
    if last[1] - first[1] > FILES:
        found.append(f"it had {first[1]} files open, then {last[1]}")
    return found


async def _traffic(gateway: Gateway, seconds: float, seed: int) -> Counter[str]:
    """How each request ended, as its caller saw it."""
    until, seen = time.monotonic() + seconds, Counter[str]()
    sent = -len(gateway.rows())

    async def caller(number: int) -> None:
        chance = random.Random(f"{seed}-{number}")
        async with httpx.AsyncClient(timeout=60) as client:
            while time.monotonic() < until:
                seen[await _one(gateway, client, chance)] += 1

    await asyncio.gather(*map(caller, range(CALLERS)))
    await asyncio.to_thread(
        gateway.live.wait, lambda: not _under_way(gateway), "the rows"
    )
    sent += len(gateway.rows())
    if sent != seen.total():
        seen[f"{seen.total()} requests and {sent} rows"] += 1
    return seen


async def _one(
    gateway: Gateway, client: httpx.AsyncClient, chance: random.Random
) -> str:
    body = HELLO | {"model": chance.choice(MODELS), "stream": chance.random() < 0.7}
    kind = chance.random()
    if kind < 0.1:
        body |= {"messages": []}
    url = f"{gateway.url}/chat/completions"
    try:
        asked = client.stream("POST", url, json=body, headers=gateway.headers)
        async with asked as answer:
            if kind > 0.8 and body["stream"]:
                await anext(answer.aiter_raw(BEGINNING))
                return "hung up"
            text = (await answer.aread()).decode()
    except (httpx.HTTPError, StopAsyncIteration) as error:
        return f"{type(error).__name__}"
    if answer.status_code == 400 and kind < 0.1:
        return "refused"
    whole = text.endswith("data: [DONE]\n\n") if body["stream"] else '"usage"' in text
    return "answered" if answer.status_code == 200 and whole else text[:200]


def _under_way(gateway: Gateway) -> list[object]:
    """Rows that are open, which those of hung-up callers are for a moment."""
    return [row for row in gateway.rows()[:500] if row["outcome"] == "under_way"]


def _files(process: int) -> int:
    return len(os.listdir(Path(f"/proc/{process}/fd")))
