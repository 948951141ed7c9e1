"""Typed reading of the environment: a bad value stops the process by its name.

A blank value counts as unset. Each secret `NAME` may come from the file that
`NAME_FILE` points to, which is how Docker secrets arrive.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def boolean(name: str, default: bool) -> bool:
    value = text(name).lower()
    if value and value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in TRUE if value else default


def whole(name: str, default: int, low: int, high: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {low} to {high}, not {value!r}."
        )
    return int(value)


def choice(name: str, default: str, *allowed: str) -> str:
    value = text(name, default).lower()
    if value not in allowed:
        raise ImproperlyConfigured(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}."
        )
    return value


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def url(name: str, default: str, *schemes: str) -> str:
    """A URL without its trailing slash. The value is not repeated in the error:
    it may hold a password."""
    value = text(name, default).rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        known = parts.scheme in schemes and (parts.netloc or parts.path)
        _ = parts.port
    except ValueError:
        known = False
    if not known:
        expected = " or ".join(f"{scheme}://…" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must be a URL like {expected}.")
    return value


def prefix(name: str) -> str:
    """A route prefix as `/x`, or an empty string."""
    value = text(name).strip("/")
    if any(not (char.isalnum() or char in "-_./~") for char in value):
        raise ImproperlyConfigured(
            f"{name} may hold letters, digits and - _ . ~ / only, not {value!r}."
        )
    return f"/{value}" if value else ""


def zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name} must be a time zone like Europe/Berlin, not {value!r}."
        ) from None
    return value


def secret(name: str) -> str:
    """The value of `NAME`, else the content of the file `NAME_FILE` names."""
    value, path = text(name), text(f"{name}_FILE")
    if value or not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{name}_FILE points to a file that cannot be read: {reason}."
        ) from None


def kept(path: Path, make: Callable[[], str]) -> str:
    """The content of a secret file, made with mode 0600 when it is not there.

    Several processes may start at once: the file is written aside and linked into
    place, so that all of them read the one that came first.
    """
    if not path.exists():
        aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(make() + "\n")
            _link_unless_there(aside, path)
        except OSError as error:
            raise ImproperlyConfigured(
                f"DATA_DIR {path.parent} cannot be written: {error.strerror}."
            ) from None
        finally:
            aside.unlink(missing_ok=True)
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} in DATA_DIR cannot be read: {error.strerror}."
        ) from None


def _link_unless_there(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        return
