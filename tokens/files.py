"""The two token files: `.token`, written by people, and `.token-list`, by us.

`.token` holds `token` or `alias::token` per line and `#` comments. `.token-list`
holds `token,checksum` or `alias::token,checksum`; there, a `#` marks a line that goes
away at the next writing. A browser cookie's `user_…%3A%3A<jwt>` is read as well: its
user id takes the alias's place. Lines keep their order, and a line that we cannot read
stays in its file and has a reason; reasons and reprs never show a token.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from tokens.checksum import BadChecksum
from tokens.checksum import parse as parse_checksum

MAX_ALIAS = 200
_ENCODED_COLON = re.compile("%3a", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21-\x2b\x2d-\x7e]+")


class UnreadableFile(Exception):
    """A token file that is there and cannot be read or written."""


class BadLine(ValueError):
    """A line that is no token; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Entry:
    token: str = field(repr=False)
    alias: str = ""
    checksum: str = field(default="", repr=False)

    def line(self) -> str:
        named = f"{self.alias}::{self.token}" if self.alias else self.token
        return f"{named},{self.checksum}" if self.checksum else named


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands; blank lines and comments have neither of the others."""

    number: int
    text: str = field(repr=False)
    entry: Entry | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TokenFile:
    lines: tuple[Line, ...] = ()

    @property
    def entries(self) -> list[Entry]:
        return [line.entry for line in self.lines if line.entry]

    @property
    def rejected(self) -> list[Line]:
        return [line for line in self.lines if line.reason]


def parse_tokens(text: str) -> TokenFile:
    """Read a `.token` file; every line end is taken."""
    return _parse(text, _token_entry)


def parse_token_list(text: str) -> TokenFile:
    """Read a `.token-list` file."""
    return _parse(text, _listed_entry)


def merge(
    tokens: TokenFile, listed: TokenFile, new_checksum: Callable[[], str]
) -> list[Entry]:
    """What is in force: the list, then tokens that are new, with a new checksum.

    `.token` decides the aliases of the tokens that it names, the list the checksums.
    """
    aliases = {entry.token: entry.alias for entry in tokens.entries}
    known = {entry.token for entry in listed.entries}
    kept = [replace(e, alias=aliases.get(e.token, e.alias)) for e in listed.entries]
    new = [entry for entry in tokens.entries if entry.token not in known]
    return kept + [replace(entry, checksum=new_checksum()) for entry in new]


def render_tokens(file: TokenFile, entries: Iterable[Entry]) -> str:
    """The file with these tokens; comments and unreadable lines stay where they are."""
    bare = [replace(entry, checksum="") for entry in entries]
    return _render(file.lines, bare)


def render_token_list(file: TokenFile, entries: Iterable[Entry]) -> str:
    """The same for the list, whose `#` lines go away now."""
    kept = [line for line in file.lines if not line.text.lstrip().startswith("#")]
    return _render(kept, list(entries))


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


def _parse(text: str, read_entry: Callable[[str], Entry]) -> TokenFile:
    raw = re.split(r"\r\n|\r|\n", text)
    if raw[-1] == "":
        raw.pop()
    lines = [_line(number, line, read_entry) for number, line in enumerate(raw, 1)]
    return TokenFile(tuple(_last_wins(lines)))


def _line(number: int, text: str, read_entry: Callable[[str], Entry]) -> Line:
    bare = text.strip()
    if not bare or bare.startswith("#"):
        return Line(number, text)
    try:
        return Line(number, text, entry=read_entry(bare))
    except BadLine as error:
        return Line(number, text, reason=str(error))


def _last_wins(lines: Sequence[Line]) -> list[Line]:
    last = {line.entry.token: line.number for line in lines if line.entry}
    return [
        replace(line, entry=None, reason=f"line {holder} has the same token")
        if line.entry and (holder := last[line.entry.token]) != line.number
        else line
        for line in lines
    ]


def _token_entry(text: str) -> Entry:
    """`token`, `alias::token`, a cookie's value, or an alias before a cookie's value.

    The token is what stands after the last colon, so all four come to the same.
    """
    plain = _ENCODED_COLON.sub(":", text)
    before, _, after = plain.rpartition(":")
    token = unquote(after).strip()
    if not token:
        raise BadLine("there is no token after the last colon")
    if not _TOKEN.fullmatch(token):
        raise BadLine("a token has no spaces, commas or letters outside ASCII")
    alias = before.split("::")[0].strip().rstrip(":").strip()
    if len(alias) > MAX_ALIAS:
        raise BadLine(f"the alias is longer than {MAX_ALIAS} characters")
    return Entry(token, alias)


def _listed_entry(text: str) -> Entry:
    named, comma, checksum = text.rpartition(",")
    if not comma:
        raise BadLine("there is no comma between token and checksum")
    try:
        parse_checksum(checksum)
    except BadChecksum as error:
        raise BadLine(str(error)) from None
    return replace(_token_entry(named.strip()), checksum=checksum.strip())


def _render(lines: Iterable[Line], entries: Sequence[Entry]) -> str:
    wanted = {entry.token: entry for entry in entries}
    out: list[str] = []
    for line in lines:
        if line.entry is None:
            out.append(line.text)
        elif (entry := wanted.pop(line.entry.token, None)) is not None:
            out.append(line.text if entry == line.entry else entry.line())
    out += [entry.line() for entry in wanted.values()]
    return "".join(f"{line}\n" for line in out)
