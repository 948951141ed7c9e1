"""The clients as functions: each asks one chat and says what its user would see."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance import tools
from tests.proxy.gateway import Gateway

PATIENCE = 120  # seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """`error` is what the client raised or printed; None: it took the answer for
    whole."""

    text: str
    error: str | None


Ask = Callable[[Gateway, str, dict[str, str]], Seen]


def python_client(script: str) -> Ask:
    def ask(gateway: Gateway, model: str, more: dict[str, str]) -> Seen:
        command = [str(tools.python()), str(tools.CLIENTS / script)]
        return _told(_run(command, gateway, model, more).stdout)

    return ask


def node_client(version: str) -> Ask:
    def ask(gateway: Gateway, model: str, more: dict[str, str]) -> Seen:
        folder = tools.node(version)
        assert folder is not None
        # Node looks for packages beside the script and above it.
        script = shutil.copy(tools.CLIENTS / "openai_node.mjs", folder)
        return _told(_run(["node", str(script)], gateway, model, more).stdout)

    return ask


def llm(gateway: Gateway, model: str, more: dict[str, str]) -> Seen:
    with tempfile.TemporaryDirectory() as folder:
        row = {
            "model_id": "ours",
            "model_name": model,
            "api_base": gateway.url,
            "api_key_name": "ours",
        }
        models = Path(folder) / "extra-openai-models.yaml"
        # JSON is YAML too.
        models.write_text(json.dumps([row]), encoding="utf-8")
        program = str(tools.python().with_name("llm"))
        command = [program, "-m", "ours", "--key", gateway.key, "Hi"]
        done = _run(command, gateway, model, more | {"LLM_USER_PATH": folder})
        return Seen(done.stdout, done.stderr.strip() if done.returncode else None)


def all_callers() -> dict[str, Ask]:
    found: dict[str, Ask] = {
        "openai-python": python_client("openai_py.py"),
        "LangChain": python_client("langchain_py.py"),
        "llm": llm,
    }
    for version in tools.NODE_CLIENTS:
        if tools.node(version):
            found[f"openai-node {version}"] = node_client(version)
    return found


def _run(
    command: list[str], gateway: Gateway, model: str, more: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    env = {"BASE_URL": gateway.url, "KEY": gateway.key, "MODEL": model} | more
    return subprocess.run(
        command,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def _told(stdout: str) -> Seen:
    said = json.loads(stdout.strip().splitlines()[-1])
    return Seen(said["text"], said["error"])
