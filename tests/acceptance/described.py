"""Schemathesis on our OpenAPI description: what it allows must be answered so."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.results import Result
from tests.proxy.gateway import Gateway

PHASES = "examples,coverage,fuzzing"
# Takes whatever is asked for; the other kinds refuse what they have not, which the
# description says in words and its schema cannot.
TAKES_ALL = "provided"


def run(gateway: Gateway, model: str, examples: int, seed: int) -> Result:
    """Every field of a chat, for one model: its kind decides what is a 200."""
    with tempfile.TemporaryDirectory() as folder:
        given, report = Path(folder) / "openapi.json", Path(folder) / "report.json"
        given.write_text(json.dumps(description(gateway, model)), encoding="utf-8")
        options = [
            *("--url", gateway.url, "--phases", PHASES, "-n", str(examples)),
            *("-H", f"Authorization: Bearer {gateway.key}", "--seed", str(seed)),
            *("--continue-on-failure", "--report-json-path", str(report)),
        ]
        if model != TAKES_ALL:
            options += ["--exclude-checks", "positive_data_acceptance"]
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", str(given), *options],
            capture_output=True,
            text=True,
            timeout=1800,
            cwd=folder,
        )
        if not report.exists():
            raise AssertionError(done.stdout + done.stderr)
        told = json.loads(report.read_text(encoding="utf-8"))
    return _result(told, f"model {model}, seed {seed}")


def description(gateway: Gateway, model: str) -> dict[str, object]:
    """As it is served, with names that exist."""
    url = f"{gateway.url}/openapi.json"
    found = httpx.get(url, headers=gateway.headers).raise_for_status().json()
    request = found["components"]["schemas"]["ChatRequest"]
    request["properties"]["model"] = {"enum": [model]}
    found["paths"]["/chat/completions"]["post"]["requestBody"]["content"][
        "application/json"
    ]["example"]["model"] = model
    return dict(found)


def _result(told: dict[str, Any], what: str) -> Result:
    problems = [
        f"{failure['title']} at {', '.join(failure['operations'])}"
        for failure in told["failures"]
    ]
    counts = told["test_cases"]
    if not told["complete"] or counts["errored"] or not counts["generated"]:
        problems.append(f"it did not run to its end: {counts}")
    return Result("schemathesis", what, counts["generated"], tuple(problems))
