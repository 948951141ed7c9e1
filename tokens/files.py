"""The two token files: `.token`, written by people, and `.token-list`, by us.

`.token` holds `token` or `alias::token` per line and `#` comments. `.token-list`
holds `token,checksum` or `alias::token,checksum`; there, a `#` before a line takes its
token out at the next reading. A browser cookie's `user_…%3A%3A<jwt>` is read as well:
its user id takes the alias's place. In the place of a token or a checksum a mask may
stand (`tokens.masks`). Lines keep their order, and a line that we cannot read stays
in its file and has a reason; reasons and reprs never show a token.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from tokens.checksum import parse as parse_checksum
from tokens.lines import Entry, Line, listed_line, split, token_line
from tokens.masks import row_of

Key = Callable[[Entry], str]


@dataclass(frozen=True, slots=True)
class TokenFile:
    lines: tuple[Line, ...] = ()

    @property
    def entries(self) -> list[Entry]:
        return [
            line.entry
            for line in self.lines
            if line.entry and not line.reason and not line.is_marked
        ]

    @property
    def marked(self) -> list[Entry]:
        return [line.entry for line in self.lines if line.entry and line.is_marked]

    @property
    def rejected(self) -> list[Line]:
        return [line for line in self.lines if line.reason]


def parse_tokens(text: str) -> TokenFile:
    """Read a `.token` file; every line end is taken."""
    return _parse(text, token_line)


def parse_token_list(text: str) -> TokenFile:
    """Read a `.token-list` file."""
    return _parse(text, listed_line)


def parse_one(text: str) -> TokenFile:
    """Read a line of either file: only the list's has a comma."""
    bare = text.strip()
    return parse_token_list(bare) if "," in bare else parse_tokens(bare)


def without_strangers(file: TokenFile, rows: Collection[int]) -> TokenFile:
    """The file without masks that stand for none of these rows: those are refused."""

    def known(line: Line) -> Line:
        if line.entry is None or line.reason:
            return line
        masks = row_of(line.entry.token), row_of(line.entry.checksum)
        if all(row is None or row in rows for row in masks):
            return line
        return replace(line, entry=None, reason="what is masked here is not in use")

    return TokenFile(tuple(known(line) for line in file.lines))


def taken_out(listed: TokenFile, key: Key) -> set[str]:
    """The keys of the marked tokens that no other line of the list names."""
    named = {key(entry) for entry in listed.entries}
    return {key(entry) for entry in listed.marked} - named


def merge(tokens: TokenFile, listed: TokenFile, key: Key) -> dict[str, Entry]:
    """What both say together, by key: the list, then tokens that are new to it.

    `.token` decides the aliases of the tokens that it names, the list the checksums
    and what is taken out.
    """
    by_hand = {key(entry): entry for entry in tokens.entries}
    merged = {key(entry): entry for entry in listed.entries}
    for found, entry in merged.items():
        alias = by_hand[found].alias if found in by_hand else entry.alias
        merged[found] = replace(entry, alias=alias)
    gone = taken_out(listed, key)
    new = {k: e for k, e in by_hand.items() if k not in merged and k not in gone}
    return merged | new


def render(lines: Iterable[Line], entries: dict[str, Entry], key: Key) -> str:
    """The lines with these tokens: comments and unreadable lines stay where they are,
    a line that says what it should stays as it is, new ones follow at the end."""
    wanted, out = dict(entries), list[str]()
    for line in lines:
        if line.entry is None:
            out.append(line.text)
        elif line.reason or line.is_marked:
            continue
        elif (entry := wanted.pop(key(line.entry), None)) is not None:
            now = _with_its_time(entry, line.entry.checksum)
            out.append(line.text if now == line.entry else now.line())
    out += [entry.line() for entry in wanted.values()]
    return "".join(f"{line}\n" for line in out)


def unmarked(file: TokenFile) -> list[Line]:
    """The lines of a list but those with a `#`, which go away at each writing."""
    return [line for line in file.lines if not line.text.lstrip().startswith("#")]


def _with_its_time(entry: Entry, before: str) -> Entry:
    """Checksums of one machine differ in their time only: the old one stays."""
    given = entry.checksum
    if not given or not before or row_of(given) or row_of(before):
        return entry
    same = parse_checksum(given) == parse_checksum(before)
    return replace(entry, checksum=before) if same else entry


def _parse(text: str, read_line: Callable[[int, str], Line]) -> TokenFile:
    lines = [read_line(number, line) for number, line in enumerate(split(text), 1)]
    return TokenFile(tuple(_last_wins(lines)))


def _last_wins(lines: Sequence[Line]) -> list[Line]:
    named = [line for line in lines if line.entry and not line.is_marked]
    last = {line.entry.token: line.number for line in named if line.entry}
    return [
        replace(line, reason=f"line {last[line.entry.token]} has the same token")
        if line.entry and not line.is_marked and last[line.entry.token] != line.number
        else line
        for line in lines
    ]
