"""Two web processes on shared servers: the pool, keys and rows over both.

Without Redis there is one process only.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests import environment
from tests.live import product
from tests.proxy.gateway import HELLO, Gateway

LOADS = """
import json
from django.db.models import Sum
from tokens.models import TokenLoad
rows = TokenLoad.objects.values_list("process").annotate(Sum("in_flight"))
print(json.dumps(dict(rows)))
"""
PROCESSES = "2" if environment.servers()["REDIS_URL"] else "1"


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    with product("simulator", "web", WEB_PROCESSES=PROCESSES) as live:
        gateway = Gateway(live, live.auth_token)
        gateway.give_tokens()
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Iterator[Gateway]:
    httpx.delete(f"{running.live.simulator_url}/_sim/requests").raise_for_status()
    yield running
    running.heal()


async def statuses(gateway: Gateway, count: int, at_once: int) -> list[int]:
    """Each on a connection of its own, so that both processes get their part."""
    gate = asyncio.Semaphore(at_once)

    async def one(number: int) -> int:
        async with gate, httpx.AsyncClient(timeout=60) as client:
            body = HELLO | {"stream": number % 2 == 0}
            url = f"{gateway.url}/chat/completions"
            answer = await client.post(url, json=body, headers=gateway.headers)
            assert "error" not in answer.text, answer.text
            return answer.status_code

    return await asyncio.gather(*map(one, range(count)))


def tokens_asked(gateway: Gateway) -> Counter[str]:
    return Counter(
        r["headers"]["authorization"] for r in gateway.vendor.requests("chat")
    )


@pytest.mark.parametrize("fault", ["V1", "401", "403", "429", "500"])
def test_one_bad_token_costs_no_caller_anything(gateway: Gateway, fault: str) -> None:
    gateway.vendor.fault("chat", fault, times=1)
    assert set(asyncio.run(statuses(gateway, 30, 10))) == {200}


def test_every_request_is_a_row_once(gateway: Gateway) -> None:
    before = len(gateway.rows())
    assert set(asyncio.run(statuses(gateway, 60, 20))) == {200}
    rows = gateway.rows()
    assert len(rows) - before == 60 == len(gateway.vendor.requests("chat"))
    assert len({row["request_id"] for row in rows}) == len(rows)


def test_all_tokens_carry_about_the_same(gateway: Gateway) -> None:
    asyncio.run(statuses(gateway, 60, 12))
    asked = tokens_asked(gateway)
    assert len(asked) == 3
    assert min(asked.values()) >= 10


def test_each_process_tells_under_its_own_name_what_it_has_under_way(
    gateway: Gateway,
) -> None:
    gateway.vendor.fault("chat", "pause", times=None, after=1, ms=2_500)

    def told() -> dict[str, int]:
        said = gateway.live.manage("shell", "-v0", "-c", LOADS)
        found: dict[str, int] = json.loads(said)
        return found

    with ThreadPoolExecutor() as pool:
        answers = pool.submit(asyncio.run, statuses(gateway, 20, 20))
        loads = told()
        while not answers.done() and sum(loads.values()) < 20:
            loads = told()
        assert set(answers.result()) == {200}
    assert (len(loads), sum(loads.values())) == (int(PROCESSES), 20)


def test_a_revoked_key_is_refused_by_all_processes_within_two_seconds(
    gateway: Gateway,
) -> None:
    printed = gateway.live.manage("create_api_key", "Ann@example.org", "--team", "demo")
    key = printed.splitlines()[-1]
    for _ in range(6):
        assert gateway.post(key=key).status_code == 200
    gateway.live.manage(
        "shell",
        "-c",
        "from tokens.models import ApiKey; from django.utils import timezone;"
        "ApiKey.objects.update(revoked_at=timezone.now())",
    )
    gateway.live.wait(lambda: gateway.post(key=key).status_code == 401, "401", "", 2)
    assert {gateway.post(key=key).status_code for _ in range(6)} == {401}


def test_the_row_of_each_answer_is_there_when_it_ends(gateway: Gateway) -> None:
    for _ in range(5):
        answer = gateway.post(HELLO | {"stream": True})
        assert answer.text.endswith("data: [DONE]\n\n")
        assert gateway.row(answer.headers["x-request-id"])["outcome"] == "ok"
