"""What an audit event says of itself, for people: names and values, without secrets.

Pure. The vendor writes whatever it likes into an event; some types are about keys.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tokens.masks import end

# Deeper than any answer goes that a person would read.
DEEPEST = 20
LONGEST = 300
MOST = 60
_CUT = "…"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:(?:api|access|private|secret|signing|auth)_?key|token|secret"
    r"|pass(?:word|phrase|code)|authorization|cookie|credential)s?$"
)
# An e-mail is none: neither what stands before its @ nor what stands behind.
_LONG_WORD = re.compile(r"(?<![\w+/=~@-])[\w+/=~-]{20,}+(?!@)", re.ASCII)
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
# Ids that the vendor gives, which open nothing.
_ID = re.compile(r"(?:user|evt|team|org|group|member|req|bc)[_-][A-Za-z0-9]{1,40}")


@dataclass(frozen=True)
class Pair:
    """`name` is the way to a value: `settings.limit`."""

    name: str
    value: str


def pairs(data: dict[str, Any]) -> list[Pair]:
    """The data line by line; what is very long is cut, and says so with an ellipsis."""
    found = [
        Pair(name, value if len(value) <= LONGEST else value[:LONGEST] + _CUT)
        for name, value in _flat(veiled(data), "")
    ]
    return found if len(found) <= MOST else [*found[:MOST], Pair(_CUT, _CUT)]


def as_json(data: dict[str, Any]) -> str:
    """The data whole, as one cell of a file."""
    return json.dumps(veiled(data), ensure_ascii=False, sort_keys=True)


def words(email: str, kind: str, ip_address: str, data: dict[str, Any]) -> str:
    """What a search looks in, in small letters."""
    told = [f"{name} {value}" for name, value in _flat(veiled(data), "")]
    return "\n".join([email, kind, ip_address, *told]).casefold()


def veiled(value: Any, is_secret: bool = False, depth: int = 0) -> Any:
    """The same without secrets: what a name calls one, and what looks like one."""
    if depth > DEEPEST:
        return _CUT
    if isinstance(value, dict):
        return {
            _without_keys(name): veiled(
                inner, is_secret or _names_secret(name), depth + 1
            )
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [veiled(inner, is_secret, depth + 1) for inner in value]
    if isinstance(value, str):
        return f"…{end(value)}" if is_secret and value else _without_keys(value)
    return value


def _names_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(_CAPITAL.sub("_", name).lower()))


def _without_keys(text: str) -> str:
    return _LONG_WORD.sub(
        lambda word: f"…{end(word[0])}" if _looks_random(word[0]) else word[0], text
    )


def _looks_random(word: str) -> bool:
    """Letters and digits in one run, as keys have and sentences do not."""
    if _ID.fullmatch(word):
        return False
    return any(_is_mixed(run) for run in _RUN.findall(word)) or (
        len(word) >= 40 and _is_mixed(word) and word.lower() != word
    )


def _is_mixed(text: str) -> bool:
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(v, dict | list) for v in value):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path}.{number}")
    elif isinstance(value, list):
        yield path, ", ".join(map(_written, value)) or "–"
    else:
        yield path, _written(value)


def _written(value: Any) -> str:
    if value is None or value == "" or value == {}:
        return "–"
    return value if isinstance(value, str) else json.dumps(value)
