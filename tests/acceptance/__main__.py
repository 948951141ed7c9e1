"""Run everything against running gateways and write docs/acceptance.md."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests import live
from tests.acceptance import described, endings, retries, soak, suite
from tests.acceptance.results import Result
from tests.environment import ROOT
from tests.proxy import kinds
from tests.proxy.gateway import Gateway

REPORT = ROOT / "docs" / "acceptance.md"
FAMILIES = ("suite", "described", "endings", "retries", "soak")
MODELS = ("provided", "older", "newer")
HEAD = """# Acceptance

`make acceptance` points other people's clients and suites at a running gateway, with
the simulator behind it, and writes this page. `make test` runs a case of each family.
§ are sections of the notes on the OpenAI API that the gateway follows.

- **The SDK's own tests**: chat and models, from the source distribution of `openai` on
  PyPI, sync and async, loose and strict, against the kind `openai`.
- **schemathesis** on `/v1/openapi.json`, for a model of each kind.
- **endings**: a stream that breaks must raise in every client, a whole one in none.
- **retries**: how often an SDK tries again must be as often as it helps.
- **soak**: minutes of mixed traffic, some of it from callers who hang up. Each
  request has one row, each answer its end, and neither memory nor open files grow.

"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=10, help="of the soak")
    parser.add_argument("--only", choices=FAMILIES)
    parser.add_argument("--dry", action="store_true", help="write no page")
    given = parser.parse_args()
    # What other loads on the machine make slow is not what this is about.
    live.PATIENCE = 300
    families: dict[str, Callable[[Gateway], Iterable[Result]]] = {
        "suite": lambda gateway: [suite.run(gateway.live)],
        "described": lambda gateway: (
            described.run(gateway, model, given.examples, seed)
            for model in MODELS
            for seed in range(1, given.seeds + 1)
        ),
        "endings": endings.run,
        "retries": retries.run,
        "soak": lambda gateway: soak.run(gateway, given.minutes, given.seeds),
    }
    began, results = time.monotonic(), list[Result]()
    for name, family in families.items():
        if given.only in (None, name):
            results += _ran(family)
    if not given.dry:
        page = _page(results, time.monotonic() - began, given)
        REPORT.write_text(page, encoding="utf-8")
    return int(any(result.problems for result in results))


def _ran(family: Callable[[Gateway], Iterable[Result]]) -> Iterator[Result]:
    with gateway() as running:
        for result in family(running):
            print(result.row(), flush=True)
            yield result


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A fresh product for each family, that none sees another's broken tokens."""
    with live.product("simulator", "web", AUTH_TOKEN=suite.KEY) as product:
        kinds.add(product)
        running = Gateway(product, suite.KEY)
        running.give_tokens()
        yield running


def _page(results: list[Result], seconds: float, given: argparse.Namespace) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.strip()
    passed, cases = (
        sum(result.passed for result in results),
        sum(result.cases for result in results),
    )
    day = datetime.now(UTC).date().isoformat()
    summary = (
        f"{day}, commit `{commit or 'unknown'}`, Python {sys.version.split()[0]}: "
        f"{passed} of {cases} cases as they should be, in {seconds / 60:.0f} minutes. "
        f"{given.seeds} seeds, {given.examples} examples a check, a soak of "
        f"{given.minutes:g} minutes.\n\n"
    )
    table = "| family | what | good | problems |\n|---|---|---|---|\n"
    return HEAD + summary + table + "".join(f"{one.row()}\n" for one in results)


if __name__ == "__main__":
    sys.exit(main())
