"""Repo blocklists: the whole list each time, and a revision of whatever changed."""

from collections.abc import Iterable
from datetime import datetime

from dashboard.adminapi.blocklists import BlocklistRecord
from dashboard.models import BlocklistRepo, BlocklistRevision
from dashboard.sync.counts import Counts
from tokens.models import Team


def save_blocklists(
    team: Team, records: Iterable[BlocklistRecord], now: datetime
) -> Counts:
    """Who is no longer listed is kept with `removed_at`. Call it in a transaction."""
    listed = {record.remote_id: record for record in records}
    known = {r.remote_id: r for r in BlocklistRepo.objects.filter(team=team)}
    new = [
        BlocklistRepo(
            team=team,
            remote_id=record.remote_id,
            url=record.url,
            patterns=list(record.patterns),
            first_seen_at=now,
            changed_at=now,
        )
        for remote_id, record in listed.items()
        if remote_id not in known
    ]
    BlocklistRepo.objects.bulk_create(new)
    changed = [
        repo
        for remote_id, repo in known.items()
        if remote_id in listed and _differs(repo, listed[remote_id])
    ]
    for repo in changed:
        record = listed[repo.remote_id]
        repo.url, repo.patterns = record.url, list(record.patterns)
        repo.changed_at, repo.removed_at = now, None
    gone = [r for r in known.values() if r.remote_id not in listed and not r.removed_at]
    for repo in gone:
        repo.changed_at = repo.removed_at = now
    _write(changed, gone, new, now)
    return Counts(
        read=len(listed),
        inserted=len(new),
        updated=len(changed),
        withdrawn=len(gone),
        unchanged=len(listed) - len(new) - len(changed),
    )


def _differs(repo: BlocklistRepo, record: BlocklistRecord) -> bool:
    """The order of patterns means nothing."""
    same = repo.url == record.url and sorted(repo.patterns) == sorted(record.patterns)
    return repo.removed_at is not None or not same


def _write(
    changed: list[BlocklistRepo],
    gone: list[BlocklistRepo],
    new: list[BlocklistRepo],
    now: datetime,
) -> None:
    columns = ["url", "patterns", "changed_at", "removed_at"]
    BlocklistRepo.objects.bulk_update([*changed, *gone], columns)
    BlocklistRevision.objects.bulk_create(
        BlocklistRevision(
            repo=repo, at=now, patterns=None if repo.removed_at else repo.patterns
        )
        for repo in [*new, *changed, *gone]
    )
