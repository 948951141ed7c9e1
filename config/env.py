"""Typed reading of the environment: a bad value stops the process by its name.

A blank value counts as unset. Each secret `NAME` may come from the file that
`NAME_FILE` points to, which is how Docker secrets arrive.
"""

import ipaddress
import json
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

HOST_NAME = re.compile(r"(?!.*\.[0-9]+\.?$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
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
    if value and not _split(value, *schemes):
        expected = " or ".join(f"{scheme}://…" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must be a URL like {expected}.")
    return value


def _split(value: str, *schemes: str) -> SplitResult | None:
    """The parts of a URL that names a host, else None."""
    if not value.isprintable() or " " in value:
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in schemes and parts.hostname else None


def redis_url(name: str) -> str:
    """`unix://` takes a path, the others a host and perhaps a database's number."""
    value = secret(name)
    socket = value.startswith("unix:///") and value.isprintable()
    parts = _split(value, "redis", "rediss")
    if value and not socket and not (parts and re.fullmatch("/?[0-9]*", parts.path)):
        raise ImproperlyConfigured(f"{name} must be a URL like redis://host:6379/0.")
    return value


def prefix(name: str) -> str:
    """A route prefix as `/x`, or an empty string."""
    value = text(name).strip("/")
    if not value:
        return ""
    for part in value.split("/"):
        if not re.fullmatch("[A-Za-z0-9._~-]+", part) or part in (".", ".."):
            raise ImproperlyConfigured(
                f"{name} must be a path like /gateway, of the letters a-z, digits and "
                f"- _ . ~ between single slashes, not {value!r}."
            )
    return f"/{value}"


def host(name: str, default: str) -> str:
    """A name or an address to listen at."""
    value = text(name, default)
    if not _is_host(value):
        raise ImproperlyConfigured(
            f"{name} must be a name or an address like 127.0.0.1, not {value!r}."
        )
    return value


def hosts(name: str, default: str) -> list[str]:
    """What requests may ask for: names, `.example.org` for all below it, `*`."""
    found = words(name, default)
    for word in found:
        bare = word[1:-1] if word.startswith("[") and word.endswith("]") else ""
        named = _is_host(word.removeprefix(".")) and ":" not in word
        if word != "*" and not named and not (":" in bare and _is_host(bare)):
            raise ImproperlyConfigured(
                f"{name} must hold names like gauge.example.org, without http:// and "
                f"without a port, not {word!r}."
            )
    return found


def _is_host(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return bool(HOST_NAME.fullmatch(value))
    return True


def origins(name: str) -> list[str]:
    found = words(name)
    for word in found:
        parts = _split(word, "http", "https")
        if not parts or word != f"{parts.scheme}://{parts.netloc}" or "@" in word:
            raise ImproperlyConfigured(
                f"{name} must hold origins like https://x.org, not {word!r}."
            )
    return found


def pages(name: str) -> list[str]:
    """Origins of web pages: `*` (every one, also when unset), `none`, or a list."""
    value = text(name, "*")
    if value in ("*", "none"):
        return ["*"] if value == "*" else []
    return origins(name)


def header(name: str, default: str) -> str:
    """Something that is sent in a header as it is."""
    value = text(name, default)
    if not re.fullmatch("[!-~]{1,100}", value):
        raise ImproperlyConfigured(
            f"{name} must be letters, digits and signs of ASCII without spaces, "
            f"100 at most, not {value!r}."
        )
    return value


def headers(name: str) -> dict[str, str]:
    """A JSON object of header names and values, such as {"x-client-key": "abc"}."""
    value = text(name, "{}")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    good = isinstance(found, dict) and all(
        re.fullmatch("[A-Za-z0-9-]{1,100}", key)
        and isinstance(said, str)
        and re.fullmatch("[ -~]{0,1000}", said)
        for key, said in found.items()
    )
    if not good:
        raise ImproperlyConfigured(
            f"{name} must be a JSON object of header names and values, such as "
            '{"x-session-id": "1"}.'
        )
    return dict(found)


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


def long_secret(name: str, least: int) -> str:
    value = secret(name)
    if value and len(value) < least:
        raise ImproperlyConfigured(
            f"{name} is too short: it must have {least} characters or more."
        )
    return value


def folder(name: str, path: Path) -> Path:
    """The folder that `name` says: made for its owner only, and writable.

    One that is there keeps its mode: in the image any user may write to it.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        # A file is in the way; `exist_ok` still says that it exists.
        taken = isinstance(error, FileExistsError)
        reason = "Not a directory" if taken else error.strerror
        raise _unwritable(name, path, reason) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise _unwritable(name, path, "Permission denied")
    return path


def _unwritable(name: str, path: Path, reason: str | None) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} {path} cannot be written: {reason}.")


def kept(path: Path, make: Callable[[], str]) -> str:
    """The content of a secret file, made with mode 0600 when it is not there.

    Several processes may start at once: the file is written aside and linked into
    place, so that all of them read the one that came first.
    """
    try:
        if not path.exists():
            _make(path, make() + "\n")
    except OSError as error:
        raise _unwritable("DATA_DIR", path.parent, error.strerror) from None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{path} in DATA_DIR cannot be read: {reason}."
        ) from None


def _make(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        _link_unless_there(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _link_unless_there(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        return
