"""A team's tokens at one upstream while their set is changed. Each change has its
`Change` row; nothing that identifies a token or a machine is in one.
"""

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from tokens import checksum, pool, poolstore
from tokens.checksum import MachineIds
from tokens.crypto import Secret, SecretUnreadable, fingerprint
from tokens.lines import Entry, fileable
from tokens.masks import row_of
from tokens.models import Change, Team, Upstream, UpstreamToken

KEPT_AFTER_REMOVAL = timedelta(days=30)
# Alias, machine id, mac id.
Said = list[str]
OFF = UpstreamToken.State.DISABLED
# The pool writes to the same rows meanwhile.
_WRITES = {
    "healed": ["secret"],
    "enabled": ["state", "removed_at"],
    "renamed": ["alias"],
    "pinned": ["machine_id", "mac_id"],
}


class Roster:
    """`done` counts what happened: added, renamed, pinned, enabled, disabled, removed,
    unchanged."""

    def __init__(self, team: Team, upstream: Upstream, actor: str) -> None:
        self.team, self.upstream, self.actor = team, upstream, actor
        self.done: Counter[str] = Counter()
        rows = UpstreamToken.objects.filter(team=team, upstream=upstream)
        self.rows = {row.fingerprint: row for row in rows.order_by("pk")}
        self.by_number = {row.pk: row for row in self.rows.values()}

    @property
    def in_use(self) -> dict[str, UpstreamToken]:
        """All but those that are switched off."""
        return {key: row for key, row in self.rows.items() if row.state != OFF}

    def key(self, entry: Entry) -> str:
        """The fingerprint of the token that a line names, masked or not."""
        number = row_of(entry.token)
        if number is None:
            return fingerprint(entry.token)
        row = self.by_number.get(number)
        return row.fingerprint if row else entry.token

    def ids(self, entry: Entry) -> MachineIds | None:
        number = row_of(entry.checksum)
        if number is not None:
            return ids_of(self.by_number[number])
        return checksum.parse(entry.checksum) if entry.checksum else None

    def take_in(self, entry: Entry, before: Said | None) -> None:
        """Make the row what the entry says, where that differs from `before`: what its
        line said last time. None: there was no line, so a row that is switched off
        comes back, and a missing alias takes no name away."""
        row = self.rows.get(self.key(entry))
        if row is None:
            self._add(entry)
            return
        changed = self._heal(row, entry)
        if before is None and row.state == OFF:
            changed.append("enabled")
            row.state, row.removed_at = UpstreamToken.State.ACTIVE, None
            self._note(row, "enable", {"state": OFF}, {"state": row.state})
        if _says_another_alias(row, entry, before):
            changed.append("renamed")
            self._note(row, "rename", {"alias": row.alias}, {"alias": entry.alias})
            row.alias = entry.alias
        ids = self.ids(entry)
        if ids and ids != ids_of(row) and (not before or before[1:] != [*_pair(ids)]):
            changed.append("pinned")
            self._note(row, "edit", None, {"machine_id": "changed"})
            row.machine_id, row.mac_id = ids.machine, ids.mac
        if changed:
            row.save(update_fields=[name for verb in changed for name in _WRITES[verb]])
        if "enabled" in changed:
            pool.revive(row)
        self.done.update(changed or ["unchanged"])

    def give(self, row: UpstreamToken, owner_email: str, shared: bool) -> None:
        before = {"owner_email": row.owner_email, "shared": row.shared}
        after = {"owner_email": owner_email, "shared": shared}
        if before != after:
            self._note(row, "edit", before, after)
            row.owner_email, row.shared = owner_email, shared
            row.save(update_fields=["owner_email", "shared"])

    def switch_off(self, row: UpstreamToken, reason: str) -> None:
        self._off(row, "disable", reason)
        row.save(update_fields=["state"])
        self.done["disabled"] += 1

    def remove(self, row: UpstreamToken, reason: str) -> None:
        """Switched off, and deleted when KEPT_AFTER_REMOVAL has gone by."""
        if row.removed_at and row.state == OFF:
            return
        self._off(row, "remove", reason)
        row.removed_at = timezone.now()
        row.save(update_fields=["state", "removed_at"])
        self.done["removed"] += 1

    def _off(self, row: UpstreamToken, verb: str, reason: str) -> None:
        self._note(row, verb, {"state": row.state}, {"state": OFF}, reason)
        row.state = OFF
        poolstore.clear(row)

    def _add(self, entry: Entry) -> None:
        ids = self.ids(entry) or checksum.new_ids()
        row = UpstreamToken(
            team=self.team,
            upstream=self.upstream,
            fingerprint=fingerprint(entry.token),
            alias=entry.alias,
            machine_id=ids.machine,
            mac_id=ids.mac,
        )
        before = self.by_number.get(row_of(entry.checksum) or 0)
        if before:
            # The same member, signed in again.
            row.owner_email, row.shared = before.owner_email, before.shared
            row.weight = before.weight
        row.secret = Secret(entry.token)
        row.save()
        self.rows[row.fingerprint] = self.by_number[row.pk] = row
        self._note(row, "import", None, {"alias": entry.alias})
        self.done["added"] += 1

    def _heal(self, row: UpstreamToken, entry: Entry) -> list[str]:
        """A secret that no key opens any more is in clear here."""
        if row_of(entry.token) is not None or is_open(row):
            return []
        row.secret = Secret(entry.token)
        return ["healed"]

    def _note(
        self,
        row: UpstreamToken,
        verb: str,
        before: dict[str, object] | None,
        after: dict[str, object],
        reason: str = "",
    ) -> None:
        Change.objects.create(
            team=self.team,
            actor=self.actor,
            action=f"upstream_token.{verb}",
            subject=f"upstream token {row.pk}",
            reason=reason,
            before=before,
            after=after,
        )


def said_now(row: UpstreamToken) -> Said:
    """What a line written now would say."""
    shown = fileable(Entry("t", row.alias)).alias
    return [shown, row.machine_id, row.mac_id]


def ids_of(row: UpstreamToken) -> MachineIds:
    return MachineIds(row.machine_id, row.mac_id)


def is_open(row: UpstreamToken) -> bool:
    try:
        row.secret.reveal()
    except SecretUnreadable:
        return False
    return True


def forget_removed() -> int:
    """Delete what was removed long enough ago; a row that somebody has switched on
    again is not removed any more."""
    removed = UpstreamToken.objects.filter(removed_at__isnull=False)
    removed.exclude(state=OFF).update(removed_at=None)
    old = removed.filter(removed_at__lt=timezone.now() - KEPT_AFTER_REMOVAL)
    return old.delete()[0]


def _says_another_alias(row: UpstreamToken, entry: Entry, before: Said | None) -> bool:
    if before is None:
        return entry.alias not in ("", row.alias)
    return entry.alias not in (before[0], row.alias)


def _pair(ids: MachineIds) -> tuple[str, str]:
    return ids.machine, ids.mac
