"""Where the editor on this computer keeps its own sign-in, and what stands there.

`User/globalStorage/state.vscdb` is SQLite with one table of keys and values; the ids of
the machine are in `storage.json` beside it. Both are read only, while the editor may
be running.
"""

import contextlib
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from tokens.checksum import MachineIds

STORAGE = "User/globalStorage"
_TOKEN, _EMAIL = "cursorAuth/accessToken", "cursorAuth/cachedEmail"
_ID = re.compile("[0-9a-fA-F]{64}")
# The editor writes for moments only.
_PATIENCE = 5  # seconds


class NotSignedIn(Exception):
    """There is no token to read; the message says why and where was looked."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """`ids` is None when the editor has not made its own yet."""

    token: str = field(repr=False)
    email: str = ""
    ids: MachineIds | None = field(default=None, repr=False)


def folder(platform: str, environ: Mapping[str, str], home: str) -> PurePath:
    """The editor's folder, for a `sys.platform`."""
    if platform == "win32":
        roaming = PureWindowsPath(home, "AppData", "Roaming")
        return PureWindowsPath(environ.get("APPDATA") or roaming, "Cursor")
    if platform == "darwin":
        return PurePosixPath(home, "Library", "Application Support", "Cursor")
    config = environ.get("XDG_CONFIG_HOME") or PurePosixPath(home, ".config")
    return PurePosixPath(config, "Cursor")


def read(base: Path) -> SignIn:
    """Raises NotSignedIn."""
    values = _values(base / STORAGE / "state.vscdb")
    token = values.get(_TOKEN, "")
    if not token:
        raise NotSignedIn(f"The editor in {base} is not signed in.")
    ids = _ids(base / STORAGE / "storage.json")
    return SignIn(token, values.get(_EMAIL, "").lower(), ids)


def _values(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise NotSignedIn(f"No editor has been used here: there is no {path}.")
    uri = f"file:{quote(path.as_posix())}?mode=ro"
    asked = "SELECT key, value FROM ItemTable WHERE key IN (?, ?)"
    try:
        connecting = sqlite3.connect(uri, uri=True, timeout=_PATIENCE)
        with contextlib.closing(connecting) as connection:
            rows = connection.execute(asked, (_TOKEN, _EMAIL)).fetchall()
    except sqlite3.Error as error:
        raise NotSignedIn(f"{path} cannot be read: {error}.") from None
    return {key: _text(value) for key, value in rows}


def _text(value: object) -> str:
    """Plain, as bytes, or as a JSON string: generations of the editor differ."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.strip().strip('"').strip()


def _ids(path: Path) -> MachineIds | None:
    """Ids of another shape are none: the upstream would not take them."""
    try:
        told: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    machine, mac = _id(told, "machineId"), _id(told, "macMachineId")
    return MachineIds(machine, mac) if machine else None


def _id(told: dict[str, Any], name: str) -> str:
    value = told.get(f"telemetry.{name}")
    good = isinstance(value, str) and _ID.fullmatch(value)
    return str(value).lower() if good else ""
