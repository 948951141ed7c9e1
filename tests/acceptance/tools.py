"""The clients' own homes: a venv, and one folder of npm packages per version.

They are kept below `var/acceptance`, so that a second run installs nothing.
"""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.environment import ROOT

HOME = ROOT / "var" / "acceptance"
CLIENTS = Path(__file__).with_name("clients")
REQUIREMENTS = ROOT / "requirements" / "acceptance.txt"
NODE_CLIENTS = ("6.49.0", "7.57.0")


@cache
def python() -> Path:
    """The interpreter of the venv with the pinned Python clients."""
    venv, stamp = HOME / "venv", HOME / "venv" / ".installed"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        run(sys.executable, "-m", "venv", "--clear", str(venv))
        options = ("--quiet", "--disable-pip-version-check", "--require-hashes")
        pip = (str(venv / "bin" / "python"), "-m", "pip", "install", *options)
        run(*pip, "-r", str(REQUIREMENTS))
        stamp.write_text(wanted, encoding="utf-8")
    return venv / "bin" / "python"


@cache
def node(version: str) -> Path | None:
    """A folder that holds this version of `openai` for Node; None without Node."""
    if not shutil.which("npm"):
        return None
    folder = HOME / f"node-{version}"
    if not (folder / "node_modules" / "openai").exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--silent", "--no-audit", "--no-fund")
        run("npm", "install", *quiet, "--prefix", str(folder), f"openai@{version}")
    return folder


@cache
def sdk() -> Path:
    """The folder of the SDK's source distribution, with its tests."""
    pinned = [
        line.split()[0]
        for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        if line.startswith("openai==")
    ]
    name = pinned[0].replace("==", "-")
    if not (HOME / name).exists():
        options = ("--quiet", "--no-deps", "--no-binary", ":all:", "-d", str(HOME))
        run(str(python()), "-m", "pip", "download", *options, pinned[0])
        shutil.unpack_archive(HOME / f"{name}.tar.gz", HOME, filter="data")
    return HOME / name


def run(*command: str) -> None:
    subprocess.run(command, check=True)
