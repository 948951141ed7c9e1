"""The environment that the product sees in tests: nothing of the developer's.

Every variable of `.env.example` is set to blank, which counts as unset and keeps
`.env` from filling it in. `tests.servers` says in TEST_DATABASE_URL and
TEST_REDIS_URL which servers to use instead of SQLite and the file queue.
"""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_ASSIGNMENT = re.compile(r"^#? ?([A-Z][A-Z_]+)=", re.MULTILINE)


def variables() -> list[str]:
    """The names that `.env.example` explains, in its order."""
    return _ASSIGNMENT.findall((ROOT / ".env.example").read_text(encoding="utf-8"))


def product(data_dir: Path, **given: str) -> dict[str, str]:
    """What to add to `os.environ` for a process of the product."""
    blank = dict.fromkeys([*variables(), *(f"{n}_FILE" for n in variables())], "")
    ours = {
        "DATA_DIR": str(data_dir),
        "TOKEN_FILE": str(data_dir / ".token"),
        "TOKEN_LIST_FILE": str(data_dir / ".token-list"),
        "DEMO": "off",
        # Nobody waits for a minute in a test; test_pace.py has clocks of its own.
        "ADMIN_API_PACE": "off",
    }
    return blank | ours | given


def servers() -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of the throw-away servers, empty without them."""
    return {
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
        "REDIS_URL": os.environ.get("TEST_REDIS_URL", ""),
    }
