"""The gateway beside the least an ASGI app can do, and what a chunk waits in it.

One web process with SQLite, a small upstream of its own, and callers over plain
sockets, all on one machine in one run: only the ratios mean something.
`python -m bench.gateway`, or with PostgreSQL and Redis
`python -m tests.servers python -m bench.gateway`.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import AUTH_TOKEN, product
from tests.servers import free_port

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
CALLERS, STREAMS, OPEN = 16, 64, 1000
AT_ONCE, PACED, SLOW = "gpt-4o", "gpt-4o-mini", "gpt-4"
SENT = re.compile(rb"<(\d+)>")
SET_UP = """
from tokens.crypto import fingerprint
from tokens.models import Team, Upstream, UpstreamToken
team = Team.objects.default()
upstream = Upstream.objects.create(name="Bench", base_url="{url}")
UpstreamToken.objects.exclude(upstream=upstream).delete()
for secret in ("one", "two", "three"):
    UpstreamToken.objects.create(team=team, upstream=upstream, secret=secret,
        fingerprint=fingerprint(secret), machine_id="a" * 64)
"""


def request(model: str, *, stream: bool, close: bool = False) -> bytes:
    body = json.dumps(
        {
            "model": model,
            "stream": stream,
            "messages": [{"role": "user", "content": "Say a few words. " * 20}],
        }
    ).encode()
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        b"content-type: application/json\r\nauthorization: Bearer %s\r\n%s"
        b"content-length: %d\r\n\r\n%s"
        % (
            AUTH_TOKEN.encode(),
            b"connection: close\r\n" if close else b"",
            len(body),
            body,
        )
    )


async def pace(port: int, callers: int = CALLERS) -> float:
    """Answers per second, each caller asking again as soon as it has one."""
    until = time.monotonic() + SECONDS
    whole = request(AT_ONCE, stream=False)

    async def caller() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = 0
        while time.monotonic() < until:
            writer.write(whole)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head + await reader.read(500)
            size = re.search(rb"content-length: (\d+)", head)
            assert size
            await reader.readexactly(int(size[1]))
            answers += 1
        writer.close()
        return answers

    begun = time.monotonic()
    answers = sum(await asyncio.gather(*(caller() for _ in range(callers))))
    return answers / (time.monotonic() - begun)


async def delays(port: int, streams: int, head: bytes) -> list[float]:
    """Milliseconds from the upstream's send to the caller, chunk by chunk."""
    found: list[float] = []

    async def caller(number: int) -> None:
        await asyncio.sleep(number * 0.05 / streams)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        while data := await reader.read(65536):
            now = time.monotonic_ns()
            found.extend((now - int(sent)) / 1e6 for sent in SENT.findall(data))
            if b"0\r\n\r\n" in data:
                break
        writer.close()

    await asyncio.gather(*map(caller, range(streams)))
    return sorted(found)


async def hold(port: int, web: int) -> tuple[int, float]:
    """How many of the open slow streams end well, and the process's MB meanwhile."""
    peak, done = 0.0, 0

    async def caller(number: int) -> None:
        nonlocal done
        await asyncio.sleep(number * 0.005)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(SLOW, stream=True, close=True))
        ended = b"data: [DONE]" in await reader.read(-1)
        done += ended
        writer.close()

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, resident(web))
            await asyncio.sleep(0.5)

    watching = asyncio.ensure_future(watch())
    await asyncio.gather(*map(caller, range(OPEN)))
    watching.cancel()
    return done, peak


def resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu(pid: int) -> float:
    """Seconds of processor time so far: unlike a pace, it hardly minds neighbours."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def worker_of(pid: int) -> int:
    """The process that answers: the server's newest child."""
    tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(tasks[-1]) if tasks else pid


def direct(model: str) -> bytes:
    """The upstream's own request, to know what a chunk costs without the gateway."""
    body = b"\x0a" + bytes([len(model)]) + model.encode()
    return b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def at(sorted_values: list[float], share: float) -> float:
    return sorted_values[min(int(len(sorted_values) * share), len(sorted_values) - 1)]


@contextmanager
def running(*command: str) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, *command])
    try:
        time.sleep(2)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def echoing(port: int) -> tuple[str, ...]:
    options = f"--interface asgi --port {port} --workers 1 --no-ws --log-level error"
    return "-m", "granian", *options.split(), "bench._gateway_echo:application"


def main() -> None:
    upstream, bare = free_port(), free_port()
    with (
        running("-m", "bench._gateway_upstream", str(upstream)),
        running(*echoing(bare)) as echo,
        product("web") as live,
    ):
        url = f"http://127.0.0.1:{upstream}"
        live.manage("shell", "-c", SET_UP.format(url=url))
        port, web = int(live.url.rpartition(":")[2]), live.processes["web"].pid
        measure(port, bare, upstream, worker_of(web), worker_of(echo))


def measure(port: int, bare: int, upstream: int, web: int, echo: int) -> None:
    asyncio.run(pace(port))  # warm
    begun = cpu(web), cpu(echo)
    ours, theirs = asyncio.run(pace(port)), asyncio.run(pace(bare))
    spent = cpu(web) - begun[0], cpu(echo) - begun[1]
    each = spent[0] / (ours * SECONDS), spent[1] / (theirs * SECONDS)
    alone = asyncio.run(pace(port, 1))
    print(f"  {CALLERS} callers               per second   processor ms each")
    print(f"    gateway             {ours:8.0f}      {each[0] * 1000:8.2f}")
    print(f"    bare ASGI echo      {theirs:8.0f}      {each[1] * 1000:8.2f}")
    print(f"    ratio               {ours / theirs:8.1%}      {each[1] / each[0]:8.1%}")
    print(f"  1 caller              {alone:8.0f}")
    begun_at = cpu(web)
    through = asyncio.run(delays(port, STREAMS, request(PACED, stream=True)))
    spent_ms = (cpu(web) - begun_at) / len(through) * 1000
    without = asyncio.run(delays(upstream, STREAMS, direct(PACED)))
    print(
        f"  a chunk at {STREAMS} streams, ms     p50     p99"
        f"   processor ms {spent_ms:.2f}"
    )
    for name, found in (("through the gateway", through), ("without it", without)):
        print(f"    {name:<22} {at(found, 0.5):6.2f}  {at(found, 0.99):6.2f}")
    done, peak = asyncio.run(hold(port, web))
    print(f"  {OPEN} open slow streams: {done} ended well, {peak:.0f} MB at the peak")


if __name__ == "__main__":
    main()
