"""One line of a token file: what it says, or why it says nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from tokens.checksum import BadChecksum
from tokens.checksum import parse as parse_checksum
from tokens.masks import row_of

MAX_ALIAS = 200
COOKIE = "WorkosCursorSessionToken="
_ENCODED_COLON = re.compile("%3a", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.")
_NO_ALIAS = re.compile(r"[:%#\s]+")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\r|\n")


class BadLine(ValueError):
    """A line that is no token; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`checksum` is empty where the line has none."""

    token: str = field(repr=False)
    alias: str = ""
    checksum: str = field(default="", repr=False)

    def line(self) -> str:
        named = f"{self.alias}::{self.token}" if self.alias else self.token
        return f"{named},{self.checksum}" if self.checksum else named


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands. Blank lines and comments have no entry and no reason; a
    repeated token has both, and so does a marked line that names a token."""

    number: int
    text: str = field(repr=False)
    entry: Entry | None = None
    reason: str = ""
    is_marked: bool = False


def split(text: str) -> list[str]:
    """The lines of a text; every line end is taken."""
    lines = _LINE_END.split(text)
    return lines[:-1] if lines[-1] == "" else lines


def token_line(number: int, text: str) -> Line:
    bare = text.strip()
    if not bare or bare.startswith("#"):
        return Line(number, text)
    return _entry_line(number, text, bare, _token_entry)


def listed_line(number: int, text: str) -> Line:
    bare = text.strip()
    if not bare:
        return Line(number, text)
    if not bare.startswith("#"):
        return _entry_line(number, text, bare, _listed_entry)
    whole = bare.lstrip("# \t")
    named = whole.rpartition(",")[0] or whole
    line = _entry_line(number, text, named.strip(), _token_entry)
    return replace(line, reason="", is_marked=line.entry is not None)


def _entry_line(
    number: int, text: str, bare: str, read_entry: Callable[[str], Entry]
) -> Line:
    try:
        return Line(number, text, entry=read_entry(bare))
    except BadLine as error:
        return Line(number, text, reason=str(error))


def fileable(entry: Entry) -> Entry:
    """The entry with as much of its alias as a file can hold and give back."""
    plain = _NO_ALIAS.sub(" ", entry.alias).strip()
    for alias in (entry.alias, plain):
        named = replace(entry, alias=alias)
        if _reads_back(named):
            return named
    return replace(entry, alias="")


def _reads_back(entry: Entry) -> bool:
    line = replace(entry, checksum="").line()
    if line != line.strip() or line.startswith("#") or len(split(line)) != 1:
        return False
    try:
        return _token_entry(line) == replace(entry, checksum="")
    except BadLine:
        return False


def _token_entry(text: str) -> Entry:
    """`token`, `alias::token`, a cookie's value, or an alias before a cookie's value.

    The token is what stands after the last colon, so all four come to the same.
    """
    plain = _ENCODED_COLON.sub(":", text.removeprefix(COOKIE).rstrip(";"))
    before, _, after = plain.rpartition(":")
    masked = row_of(after.strip()) is not None
    token = after.strip() if masked else unquote(after).strip()
    if not token:
        raise BadLine("there is no token after the last colon")
    if not masked and not _TOKEN.fullmatch(token):
        raise BadLine("a token has no spaces, commas or letters outside ASCII")
    alias = before.split("::")[0].strip().rstrip(":").strip()
    if len(alias) > MAX_ALIAS:
        raise BadLine(f"the alias is longer than {MAX_ALIAS} characters")
    if _UNSEEN.search(alias):
        raise BadLine("the alias holds a sign that cannot be seen")
    if _JWT.match(alias):
        raise BadLine("the alias looks like a token: the alias comes first")
    return Entry(token, alias)


def _listed_entry(text: str) -> Entry:
    named, comma, checksum = text.rpartition(",")
    if not comma:
        raise BadLine("there is no comma between token and checksum")
    if row_of(checksum.strip()) is None:
        try:
            parse_checksum(checksum)
        except BadChecksum as error:
            raise BadLine(str(error)) from None
    return replace(_token_entry(named.strip()), checksum=checksum.strip())
