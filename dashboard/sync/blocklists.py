"""Repo blocklists: the whole list each time, and a revision of whatever changed.

An empty list may be a fault of the vendor's: it is believed when it comes twice.
"""

from collections.abc import Iterable
from datetime import datetime

from dashboard.adminapi.blocklists import BlocklistRecord
from dashboard.models import BlocklistRepo, BlocklistRevision
from dashboard.sync.counts import Counts
from tokens.models import Team

COLUMNS = ["url", "patterns", "changed_at", "missing_since", "removed_at"]


def save_blocklists(
    team: Team,
    records: Iterable[BlocklistRecord],
    now: datetime,
    *,
    is_whole: bool = True,
) -> Counts:
    """Who is no longer listed is kept with `removed_at`. Without `is_whole` (some row
    could not be read) nobody is missed. Call it in a transaction."""
    listed = {record.remote_id: record for record in records}
    known = {repo.remote_id: repo for repo in BlocklistRepo.objects.filter(team=team)}
    new = [_new(team, r, now) for key, r in listed.items() if key not in known]
    BlocklistRepo.objects.bulk_create(new)
    there = [repo for key, repo in known.items() if key in listed]
    changed = [repo for repo in there if _differs(repo, listed[repo.remote_id])]
    for repo in changed:
        _take(repo, listed[repo.remote_id], now)
    absent = [repo for key, repo in known.items() if key not in listed]
    missed = [repo for repo in absent if repo.removed_at is None] if is_whole else []
    doubted = [repo for repo in missed if not (listed or repo.missing_since)]
    gone = [repo for repo in missed if repo not in doubted]
    for repo in gone:
        repo.changed_at, repo.removed_at = now, repo.missing_since or now
    found_again = [repo for repo in there if repo.missing_since and repo not in changed]
    for repo in doubted + found_again:
        repo.missing_since = now if repo in doubted else None
    noted = doubted + found_again
    BlocklistRepo.objects.bulk_update([*changed, *gone, *noted], COLUMNS)
    _add_revisions([*new, *changed, *gone], now)
    return Counts(
        read=len(listed),
        inserted=len(new),
        updated=len(changed) + len(noted),
        withdrawn=len(gone),
        unchanged=len(there) - len(changed) - len(found_again),
    )


def _new(team: Team, record: BlocklistRecord, now: datetime) -> BlocklistRepo:
    return BlocklistRepo(
        team=team,
        remote_id=record.remote_id,
        url=record.url,
        patterns=list(record.patterns),
        first_seen_at=now,
        changed_at=now,
    )


def _differs(repo: BlocklistRepo, record: BlocklistRecord) -> bool:
    """The order of patterns means nothing."""
    same = repo.url == record.url and sorted(repo.patterns) == sorted(record.patterns)
    return repo.removed_at is not None or not same


def _take(repo: BlocklistRepo, record: BlocklistRecord, now: datetime) -> None:
    repo.url, repo.patterns = record.url, list(record.patterns)
    repo.changed_at, repo.missing_since, repo.removed_at = now, None, None


def _add_revisions(repos: list[BlocklistRepo], now: datetime) -> None:
    BlocklistRevision.objects.bulk_create(
        BlocklistRevision(
            repo=repo, at=now, patterns=None if repo.removed_at else repo.patterns
        )
        for repo in repos
    )
