"""Repo blocklists: a whole list each time, with a history of what changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.adminapi.blocklists import BlocklistRecord
from dashboard.models import BlocklistRepo, BlocklistRevision, Stream
from dashboard.sync.blocklists import save_blocklists
from tests.dashboard.sync.conftest import Sync
from tests.vendor import Vendor
from tokens.models import Team

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REPO = BlocklistRecord("repo_1", "https://example.org/a", ("*.env", "keys/*"))
OTHER = BlocklistRecord("repo_2", "https://example.org/b", ("*",))


def revisions() -> list[tuple[str, list[str] | None]]:
    rows = BlocklistRevision.objects.order_by("at", "pk")
    return list(rows.values_list("repo__remote_id", "patterns"))


def test_a_repository_and_each_change_of_it_is_kept(team: Team) -> None:
    assert save_blocklists(team, [REPO, OTHER], NOW).inserted == 2
    more = replace(REPO, patterns=("*.env",))
    assert save_blocklists(team, [more, OTHER], NOW + HOUR).updated == 1
    assert revisions() == [
        ("repo_1", ["*.env", "keys/*"]),
        ("repo_2", ["*"]),
        ("repo_1", ["*.env"]),
    ]
    changed = BlocklistRepo.objects.get(remote_id="repo_1")
    assert (changed.patterns, changed.changed_at) == (["*.env"], NOW + HOUR)


def test_the_same_list_in_another_order_writes_nothing(team: Team) -> None:
    save_blocklists(team, [REPO, OTHER], NOW)
    turned = replace(REPO, patterns=("keys/*", "*.env"))
    assert save_blocklists(team, [OTHER, turned], NOW + HOUR).written == 0
    assert len(revisions()) == 2


def test_what_is_gone_is_marked_and_what_comes_back_is_there_again(team: Team) -> None:
    save_blocklists(team, [REPO, OTHER], NOW)
    assert save_blocklists(team, [OTHER], NOW + HOUR).withdrawn == 1
    assert repo().removed_at == NOW + HOUR
    assert save_blocklists(team, [OTHER], NOW + 2 * HOUR).written == 0
    assert save_blocklists(team, [REPO, OTHER], NOW + 3 * HOUR).updated == 1
    assert repo().removed_at is None
    mine = [patterns for name, patterns in revisions() if name == "repo_1"]
    assert mine == [["*.env", "keys/*"], None, ["*.env", "keys/*"]]


def repo() -> BlocklistRepo:
    return BlocklistRepo.objects.get(remote_id="repo_1")


def test_an_empty_list_is_believed_only_the_second_time(team: Team) -> None:
    save_blocklists(team, [REPO, OTHER], NOW)
    assert save_blocklists(team, [], NOW + HOUR).withdrawn == 0
    assert repo().removed_at is None
    assert save_blocklists(team, [], NOW + 2 * HOUR).withdrawn == 2
    assert repo().removed_at == NOW + HOUR
    assert save_blocklists(team, [], NOW + 3 * HOUR).written == 0


def test_an_empty_list_between_two_full_ones_changes_nothing(team: Team) -> None:
    for hour, listed in enumerate([[REPO], [], [REPO], [], [REPO]]):
        save_blocklists(team, listed, NOW + hour * HOUR)
    assert (repo().removed_at, repo().missing_since) == (None, None)
    assert len(revisions()) == 1
    assert save_blocklists(team, [REPO], NOW + 9 * HOUR).written == 0


def test_nobody_is_missed_in_a_list_that_could_not_be_read_whole(team: Team) -> None:
    save_blocklists(team, [REPO, OTHER], NOW)
    for hour in (1, 2):
        save_blocklists(team, [OTHER], NOW + hour * HOUR, is_whole=False)
    assert repo().removed_at is None


def test_an_empty_list_from_the_vendor_removes_nothing_at_once(
    sync: Sync, vendor: Vendor, team: Team
) -> None:
    known = sync(Stream.BLOCKLISTS).counts.inserted
    vendor.fault("blocklists", "empty_blocklists")
    assert sync(Stream.BLOCKLISTS).counts.withdrawn == 0
    sync(Stream.BLOCKLISTS)
    listed = BlocklistRepo.objects.filter(removed_at=None, missing_since=None)
    assert listed.count() == known > 0
