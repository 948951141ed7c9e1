"""Between the texts of the two token files and the tables.

The tables are the truth. The files are read when somebody asks for it; what a line
says anew since then is taken in, and both are written again from the tables. A text
from a page or a caller replaces the set instead. Where a secret is shown it is masked,
and its mask means “unchanged” on the way back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from tokens import files, filing, veil
from tokens.files import TokenFile
from tokens.filing import Texts
from tokens.lines import Entry
from tokens.models import Upstream
from tokens.places import Place
from tokens.roster import Roster, Said, ids_of, said_now

IN_NEITHER = "In neither token file."
MARKED = "Marked with # in the token list."


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken. `field` is `tokens` or `token_list`."""

    field: str
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came of it: how many tokens are in use now, how often each thing of
    `Roster.done` happened, and sentences for people."""

    in_use: int
    done: Mapping[str, int]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]

    def counts(self) -> str:
        always = ("added", "renamed", "unchanged")
        rest = [name for name in self.done if name not in always]
        return ", ".join(f"{self.done.get(n, 0)} {n}" for n in [*always, *rest])


@dataclass(frozen=True, slots=True)
class Gift:
    """One token with its owner. `line` is as in the token file, or with a comma as in
    the list; an owner that is not given takes nobody's token away."""

    line: str = field(repr=False)
    owner_email: str = ""
    shared: bool = False


class NothingTaken(ValueError):
    """Texts with lines, and no line among them that is a token. Nothing was changed."""

    def __init__(self, refused: Iterable[Refused]) -> None:
        super().__init__("No line is a token, so nothing was changed.")
        self.refused = tuple(refused)


def reload(place: Place, actor: str) -> Exchanged:
    """Take in what both files say, and write them again.

    What a line said when it was last read or written is kept with its row, so only
    what somebody changed in the file counts, and an edit on the admin site stays. A
    token that has gone from both is switched off. Files that are not there say nothing.
    Raises UnreadableFile before a row is written.
    """
    with transaction.atomic():
        roster = _locked(place, actor)
        texts = _known(filing.read(place), roster)
        if place.tokens.path.exists() or place.listed.path.exists():
            _follow(roster, texts)
        else:
            filing.remember(roster, {})
        return _finished(place, roster, texts, texts)


def replace_set(
    place: Place, tokens_text: str, list_text: str | None, actor: str
) -> Exchanged:
    """Make the team's tokens what the texts say, and write the files.

    With both texts, what is in neither is switched off. Without a list, tokens that
    the text does not name stay, as they are in the list. Raises NothingTaken, and
    UnreadableFile before a row is written.
    """
    with transaction.atomic():
        roster = _locked(place, actor)
        old = filing.own(place)
        tokens = files.parse_tokens(veil.unveiled(tokens_text, old.tokens))
        listed = files.parse_token_list(veil.unveiled(list_text or "", old.listed))
        texts = _known(Texts(tokens, listed), roster)
        merged = files.merge(texts.tokens, texts.listed, roster.key)
        refused = _refused(place, texts)
        if refused and not merged and not texts.listed.marked:
            raise NothingTaken(refused)
        shown = {key: said_now(row) for key, row in roster.in_use.items()}
        _take_in(roster, texts.listed, merged, shown)
        if list_text is not None:
            _switch_off(roster, set(roster.rows) - set(merged))
        kept_list = old.listed if list_text is None else texts.listed
        kept = Texts(
            _lasting(texts.tokens, old.tokens), _lasting(kept_list, old.listed)
        )
        return _finished(place, roster, texts, kept)


def add(place: Place, gift: Gift, actor: str) -> Exchanged:
    """One token more, or one that was there already. Raises NothingTaken, and
    UnreadableFile."""
    with transaction.atomic():
        roster = _locked(place, actor)
        given = files.parse_one(gift.line)
        texts = _known(Texts(given), roster)
        if not texts.tokens.entries:
            raise NothingTaken(_refused(place, texts))
        for entry in texts.tokens.entries:
            roster.take_in(entry, None)
            if gift.owner_email:
                row = roster.rows[roster.key(entry)]
                roster.give(row, gift.owner_email, gift.shared)
        return _finished(place, roster, texts, filing.own(place))


def remove(place: Place, number: int, actor: str, reason: str) -> Exchanged:
    """Take one token out, from the files as well. Raises UnreadableFile."""
    with transaction.atomic():
        roster = _locked(place, actor)
        roster.remove(roster.by_number[number], reason)
        texts = filing.own(place)
        return _finished(place, roster, texts, texts)


def export(place: Place) -> tuple[int, list[str]]:
    """Write both files in clear, kept or not: how many tokens are in them, and why
    some are not. Raises UnreadableFile."""
    with transaction.atomic():
        return filing.export(place, _locked(place, ""))


def _locked(place: Place, actor: str) -> Roster:
    """One exchange at a time: two would write each other's files."""
    Upstream.objects.select_for_update().get(pk=place.upstream.pk)
    return Roster(place.team, place.upstream, actor)


def _follow(roster: Roster, texts: Texts) -> None:
    filed = {key: row.filed for key, row in roster.rows.items()}
    merged = files.merge(texts.tokens, texts.listed, roster.key)
    _take_in(roster, texts.listed, merged, filed)
    was_there = {key for key, said in filed.items() if said is not None}
    _switch_off(roster, was_there - set(merged))
    filing.remember(roster, {k: _said(roster, k, e) for k, e in merged.items()})


def _take_in(
    roster: Roster,
    listed: TokenFile,
    merged: Mapping[str, Entry],
    before: Mapping[str, Said | None],
) -> None:
    for key, entry in merged.items():
        roster.take_in(entry, before.get(key))
    for key in files.taken_out(listed, roster.key) & set(roster.rows):
        roster.remove(roster.rows[key], MARKED)


def _switch_off(roster: Roster, keys: set[str]) -> None:
    for key in keys & set(roster.in_use):
        roster.switch_off(roster.rows[key], IN_NEITHER)


def _said(roster: Roster, key: str, entry: Entry) -> Said:
    ids = roster.ids(entry) or ids_of(roster.rows[key])
    return [entry.alias, ids.machine, ids.mac]


def _known(texts: Texts, roster: Roster) -> Texts:
    rows = roster.by_number
    return Texts(
        files.without_strangers(texts.tokens, rows),
        files.without_strangers(texts.listed, rows),
    )


def _lasting(given: TokenFile, old: TokenFile) -> TokenFile:
    """What is written of a given text: a line that was refused goes into a file only
    if it was there before."""
    there = {line.text for line in old.rejected}
    kept = (ln for ln in given.lines if ln.entry or not ln.reason or ln.text in there)
    return TokenFile(tuple(kept))


def _finished(place: Place, roster: Roster, texts: Texts, kept: Texts) -> Exchanged:
    notes = filing.keep(place, roster, kept)
    return Exchanged(
        in_use=len(roster.in_use),
        done=roster.done,
        refused=tuple(_refused(place, texts)),
        notes=(*notes, *_shared_aliases(roster)),
    )


def _refused(place: Place, texts: Texts) -> list[Refused]:
    both = (
        ("tokens", place.tokens, texts.tokens),
        ("token_list", place.listed, texts.listed),
    )
    return [
        Refused(field, kept.path.name, line.number, line.reason)
        for field, kept, file in both
        for line in file.rejected
    ]


def _shared_aliases(roster: Roster) -> list[str]:
    counts = Counter(row.alias for row in roster.in_use.values() if row.alias)
    return [
        f"{count} tokens have the alias {alias!r}: all of them are kept."
        for alias, count in counts.items()
        if count > 1
    ]
