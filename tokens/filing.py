"""The two token files on the disk, written from a team's rows."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tokens import checksum, disk, files
from tokens.disk import UnreadableFile
from tokens.files import TokenFile
from tokens.lines import Entry, fileable
from tokens.models import UpstreamToken
from tokens.places import Kept, Place
from tokens.roster import Roster, Said, ids_of, is_open, said_now


@dataclass(frozen=True, slots=True)
class Texts:
    """Both files as they are read, from the disk or from somebody."""

    tokens: TokenFile = TokenFile()
    listed: TokenFile = TokenFile()


def read(place: Place) -> Texts:
    """Raises UnreadableFile."""
    return Texts(
        files.parse_tokens(disk.read(place.tokens.path)),
        files.parse_token_list(disk.read(place.listed.path)),
    )


def own(place: Place) -> Texts:
    """What stands in the files now, where they are this team's."""
    return read(place) if place.is_owner else Texts()


def keep(place: Place, roster: Roster, texts: Texts) -> list[str]:
    """Write the files that are kept, with the comments and the order of `texts`.
    Returns sentences for people: what is not in them, and why."""
    entries, notes = _writable(roster.in_use.values())
    if not place.is_owner:
        return notes
    rendered = _rendered(place, roster, texts, entries)
    kept = [(file, text) for file, text in rendered if file.is_kept]
    try:
        for file, text in kept:
            disk.keep(file.path, text)
    except UnreadableFile as error:
        return [*notes, f"{error} What is new is kept in the database only."]
    if kept:
        remember(roster, {key: said_now(roster.rows[key]) for key in entries})
    return notes


def export(place: Place, roster: Roster) -> tuple[int, list[str]]:
    """Write both files, kept or not: how many tokens are in them, and why some are
    not. Raises UnreadableFile."""
    entries, notes = _writable(roster.in_use.values())
    for file, text in _rendered(place, roster, read(place), entries):
        disk.write(file.path, text)
    if place.is_owner:
        remember(roster, {key: said_now(roster.rows[key]) for key in entries})
    return len(entries), notes


def remember(roster: Roster, said: Mapping[str, Said]) -> None:
    """Keep what the files say of each token now; nothing of those not in them."""
    stale = [r for key, r in roster.rows.items() if r.filed != said.get(key)]
    for row in stale:
        row.filed = said.get(row.fingerprint)
    UpstreamToken.objects.bulk_update(stale, ["filed"], batch_size=500)


def bare(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """As they stand in `.token`."""
    return {key: replace(entry, checksum="") for key, entry in entries.items()}


def _rendered(
    place: Place, roster: Roster, texts: Texts, entries: dict[str, Entry]
) -> list[tuple[Kept, str]]:
    listed = files.unmarked(texts.listed)
    return [
        (place.tokens, files.render(texts.tokens.lines, bare(entries), roster.key)),
        (place.listed, files.render(listed, entries, roster.key)),
    ]


def _writable(rows: Iterable[UpstreamToken]) -> tuple[dict[str, Entry], list[str]]:
    """The rows' lines by fingerprint, and a sentence for each that no key opens."""
    entries, notes = {}, []
    for row in rows:
        if not is_open(row):
            notes.append(f"Token {row.pk} cannot be opened with ENCRYPTION_KEYS.")
            continue
        stamped = checksum.stamp(ids_of(row), time.time())
        entry = Entry(row.secret.reveal(), row.alias, stamped)
        entries[row.fingerprint] = fileable(entry)
    return entries, notes
