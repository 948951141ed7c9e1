"""Between the two token files and the tables."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from tokens import checksum, files
from tokens.crypto import fingerprint
from tokens.files import Entry, TokenFile, UnreadableFile
from tokens.models import Change, Team, Upstream, UpstreamToken

DEFAULT_CHAT_API_URL = "https://api2.cursor.sh"
UPSTREAM_NAME = "Cursor"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `notes` are for people: `file:line: reason` for each line
    that was not taken, each alias that several tokens share, and why the list could
    not be written."""

    added: int
    renamed: int
    unchanged: int
    notes: tuple[str, ...]


def vendor_upstream(base_url: str) -> Upstream:
    """The upstream of every team where tokens of the files belong; made once.

    A given base URL takes effect, and none takes back what somebody entered.
    """
    upstream, _ = Upstream.objects.get_or_create(
        name=UPSTREAM_NAME, defaults={"base_url": base_url or DEFAULT_CHAT_API_URL}
    )
    if base_url and upstream.base_url != base_url:
        upstream.base_url = base_url
        upstream.save(update_fields=["base_url"])
    return upstream


def import_files(
    team: Team, upstream: Upstream, token_file: Path, list_file: Path, *, actor: str
) -> Imported:
    """Take in what both files hold; a second run changes nothing.

    A token that is new to the list gets ids of its own, and they are written to the
    list, so that the same token keeps its machine wherever it is imported again. A
    list that cannot be written is a note: the ids are in the tables all the same.
    Nothing is deleted here: a token is switched off by a person. Raises
    UnreadableFile before the first row is written.
    """
    tokens = files.parse_tokens(files.read(token_file))
    listed = files.parse_token_list(files.read(list_file))
    entries = files.merge(tokens, listed, _new_checksum)
    with transaction.atomic():
        done = [_take_in(team, upstream, entry, actor) for entry in entries]
    notes = [*_rejected(token_file, tokens), *_rejected(list_file, listed)]
    notes += _shared_aliases(entries)
    if entries != listed.entries:
        notes += _keep_list(list_file, files.render_token_list(listed, entries))
    added, renamed = done.count("added"), done.count("renamed")
    return Imported(added, renamed, done.count("unchanged"), tuple(notes))


def _shared_aliases(entries: Sequence[Entry]) -> list[str]:
    counts = Counter(entry.alias for entry in entries if entry.alias)
    return [
        f"{count} tokens have the alias {alias!r}: all of them are kept."
        for alias, count in counts.items()
        if count > 1
    ]


def _keep_list(path: Path, text: str) -> list[str]:
    try:
        files.write(path, text)
    except UnreadableFile as error:
        return [f"{error} The new checksums are kept in the database only."]
    return []


def export_files(
    tokens: Sequence[UpstreamToken], token_file: Path, list_file: Path
) -> None:
    """Write tokens into both files in clear; comments there stay.

    Raises UnreadableFile, and SecretUnreadable when a token cannot be opened.
    """
    entries = [_entry(token) for token in tokens]
    texts = files.read(token_file), files.read(list_file)
    by_hand, listed = files.parse_tokens(texts[0]), files.parse_token_list(texts[1])
    files.write(token_file, files.render_tokens(by_hand, entries))
    files.write(list_file, files.render_token_list(listed, entries))


def _take_in(team: Team, upstream: Upstream, entry: Entry, actor: str) -> str:
    ids = checksum.parse(entry.checksum)
    token, new = UpstreamToken.objects.get_or_create(
        team=team,
        upstream=upstream,
        fingerprint=fingerprint(entry.token),
        defaults={
            "alias": entry.alias,
            "secret": entry.token,
            "machine_id": ids.machine,
            "mac_id": ids.mac,
        },
    )
    after = {"alias": entry.alias}
    if new:
        _record(token, actor, "upstream_token.import", None, after)
        return "added"
    # A line without an alias does not take away the name somebody gave here.
    if entry.alias in ("", token.alias):
        return "unchanged"
    _record(token, actor, "upstream_token.rename", {"alias": token.alias}, after)
    UpstreamToken.objects.filter(pk=token.pk).update(alias=entry.alias)
    return "renamed"


def _record(
    token: UpstreamToken,
    actor: str,
    action: str,
    before: dict[str, str] | None,
    after: dict[str, str],
) -> None:
    Change.objects.create(
        team=token.team,
        actor=actor,
        action=action,
        subject=f"upstream token {token.pk}",
        before=before,
        after=after,
    )


def _entry(token: UpstreamToken) -> Entry:
    ids = checksum.MachineIds(token.machine_id, token.mac_id)
    return Entry(token.secret.reveal(), token.alias, checksum.stamp(ids, time.time()))


def _new_checksum() -> str:
    return checksum.stamp(checksum.new_ids(), time.time())


def _rejected(path: Path, file: TokenFile) -> list[str]:
    return [f"{path.name}:{line.number}: {line.reason}" for line in file.rejected]
