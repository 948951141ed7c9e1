"""A stream that breaks must raise in every client, and a whole one in none."""

from collections.abc import Iterator
from typing import Any

from tests.acceptance.callers import Ask, all_callers
from tests.acceptance.results import Result
from tests.proxy.gateway import Gateway

# Which model, at which endpoint of the simulator, which fault; None: all is well.
ENDINGS: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("provided", "openai", None, {}),
    ("provided", "openai", "cut_at", {"after": 4, "ends": "clean"}),
    ("provided", "openai", "cut_at", {"after": 4, "ends": "abort"}),
    ("provided", "openai", "cut_at", {"after": 4, "ends": "reset"}),
    ("provided", "openai", "error_event", {"after": 4}),
    ("provided", "openai", "done_early", {}),
    ("provided", "openai", "no_done", {}),
    ("older", "chat", None, {}),
    ("older", "chat", "no_end", {}),
    ("older", "chat", "cut_body", {}),
    ("older", "chat", "error_after_text", {}),
    ("newer", "unified", None, {}),
    ("newer", "unified", "no_end", {}),
    ("newer", "unified", "error_after_text", {}),
]
WHOLE = (None, "no_done")


def run(gateway: Gateway) -> Iterator[Result]:
    for name, ask in all_callers().items():
        yield _of(gateway, name, ask)


def _of(gateway: Gateway, name: str, ask: Ask) -> Result:
    problems = []
    for model, endpoint, fault, options in ENDINGS:
        gateway.heal()
        if fault:
            gateway.vendor.fault(endpoint, fault, times=None, **options)
        seen = ask(gateway, model, {})
        what = f"{model} {fault} {options.get('ends', '')}".strip()
        if fault in WHOLE and (seen.error or not seen.text):
            problems.append(f"{what}: {seen.error or 'no text'}")
        if fault not in WHOLE and not seen.error:
            problems.append(f"{what}: taken for whole")
    gateway.heal()
    return Result("endings (§4.5)", name, len(ENDINGS), tuple(problems))
