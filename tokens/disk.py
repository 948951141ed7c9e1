"""Small text files on the disk: read whole, and replaced whole in one step."""

import contextlib
import os
import secrets
import stat
from pathlib import Path


class UnreadableFile(Exception):
    """A file that is there and cannot be read or written."""


def read(path: Path) -> str:
    """The file's text, empty when there is none. Raises UnreadableFile."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path.name} is not UTF-8 text.") from None
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror}.") from None


def keep(path: Path, text: str) -> None:
    """Write the file unless it is so already. Raises UnreadableFile."""
    with contextlib.suppress(UnreadableFile, FileNotFoundError):
        is_private = stat.S_IMODE(path.stat().st_mode) == 0o600
        if is_private and read(path) == text:
            return
    write(path, text)


def write(path: Path, text: str) -> None:
    """Replace the file in one step, readable for its owner only.

    A link is followed, so that the file it points to is the one replaced. A file
    that is mounted on its own cannot be replaced and is written in place.
    Raises UnreadableFile.
    """
    target = path.resolve()
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        _write_private(aside, text)
        try:
            os.replace(aside, target)
        except OSError:
            target.write_bytes(text.encode())
            target.chmod(0o600)
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror}.") from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
