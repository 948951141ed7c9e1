"""How often each SDK tries again, by what we answer. Each try leaves a row."""

from collections.abc import Iterator
from typing import Any

from tests.acceptance import tools
from tests.acceptance.callers import Ask, node_client, python_client
from tests.acceptance.results import Result
from tests.proxy.gateway import Gateway

# What the upstream does, and how many tries of ours the SDK then makes.
ANSWERS: list[tuple[str, str, str, dict[str, Any], int]] = [
    ("429 with Retry-After", "provided", "rate_limited", {"retry_after": "1"}, 3),
    ("400", "provided", "context_length", {}, 1),
    ("502 with x-should-retry", "newer", "V3", {}, 1),
    ("502", "provided", "500", {"body": "html"}, 3),
    ("503", "provided", "503", {"body": "json"}, 3),
    ("504", "provided", "504", {"body": "empty"}, 3),
]
ENDPOINTS = {"provided": "openai", "newer": "unified"}


def run(gateway: Gateway) -> Iterator[Result]:
    sdks = {"openai-python": python_client("openai_py.py")}
    for version in tools.NODE_CLIENTS:
        if tools.node(version):
            sdks[f"openai-node {version}"] = node_client(version)
    for name, ask in sdks.items():
        yield _of(gateway, name, ask)


def _of(gateway: Gateway, name: str, ask: Ask) -> Result:
    problems = []
    for what, model, fault, options, expected in ANSWERS:
        gateway.heal()
        gateway.vendor.fault(ENDPOINTS[model], fault, times=None, **options)
        before = len(gateway.rows())
        seen = ask(gateway, model, {"RETRIES": "2", "WHOLE": "1"})
        tries = len(gateway.rows()) - before
        if not seen.error or tries != expected:
            problems.append(f"{what}: {tries} tries, {expected} expected")
    gateway.heal()
    return Result("retries (§4.6)", name, len(ANSWERS), tuple(problems))
