"""A team's two token texts for people: every secret masked, and back again."""

from collections.abc import Iterable
from dataclasses import replace

from tokens import files, filing, masks
from tokens.files import TokenFile
from tokens.lines import Entry, Line, fileable, split
from tokens.models import UpstreamToken
from tokens.places import Place
from tokens.roster import Roster, is_open


def shown(place: Place) -> tuple[str, str]:
    """`.token` and `.token-list` as they would be written now, with masks.

    Raises UnreadableFile.
    """
    roster = Roster(place.team, place.upstream, "")
    old = filing.own(place)
    entries = {key: _masked(row) for key, row in roster.in_use.items()}
    listed = _veiled(files.unmarked(old.listed))
    return (
        files.render(_veiled(old.tokens.lines), filing.bare(entries), roster.key),
        files.render(listed, entries, roster.key),
    )


def unveiled(text: str, old: TokenFile) -> str:
    """The text with the comments and unreadable lines that `shown` made of those of
    the file as they are there."""
    there = [line for line in old.lines if line.entry is None]
    plain = {
        veiled.text: line.text
        for line, veiled in zip(there, _veiled(there), strict=True)
    }
    return "\n".join(plain.get(line, line) for line in split(text))


def _masked(row: UpstreamToken) -> Entry:
    token = masks.mask(row.secret.reveal() if is_open(row) else "", row.pk)
    ids = masks.mask(row.mac_id or row.machine_id, row.pk)
    return fileable(Entry(token, row.alias, ids))


def _veiled(lines: Iterable[Line]) -> list[Line]:
    """Lines that are no tokens may hold one all the same."""
    return [
        line if line.entry else replace(line, text=masks.mask_words(line.text))
        for line in lines
    ]
