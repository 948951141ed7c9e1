"""The SDK's own chat and models tests, from its source distribution."""

import os
import re
import subprocess

from tests.acceptance import tools
from tests.acceptance.results import Result
from tests.live import Product

# The key that its conftest has written in it.
KEY = "My API Key"
FILES = (
    "tests/api_resources/chat/test_completions.py",
    "tests/api_resources/test_models.py",
)
CHOSEN = "(create or TestModels or TestAsyncModels) and not delete"


def run(live: Product) -> Result:
    folder = tools.sdk()
    done = subprocess.run(
        [str(tools.python()), "-m", "pytest", *FILES, "-k", CHOSEN, "-n", "0", "-q"],
        cwd=folder,
        env=os.environ | {"TEST_API_BASE_URL": f"{live.url}/v1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    passed = _count(done.stdout, "passed")
    failed = _count(done.stdout, "failed") + _count(done.stdout, "error")
    lines = done.stdout.splitlines()
    problems = tuple(line for line in lines if line.startswith(("FAILED", "ERROR")))
    if done.returncode and not problems:
        problems = (f"pytest ended with {done.returncode}: {done.stdout[-300:]}",)
    cases = max(passed + failed, len(problems))
    return Result("the SDK's own tests", folder.name, cases, problems)


def _count(stdout: str, word: str) -> int:
    found = re.findall(rf"(\d+) {word}", stdout)
    return int(found[-1]) if found else 0
