import stat
from pathlib import Path

import pytest

from tokens import disk
from tokens.disk import UnreadableFile


def test_a_written_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / ".token"
    disk.write(path, "t1\n")
    disk.write(path, "t2\n")
    assert disk.read(path) == "t2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [".token"]


def test_a_file_that_is_right_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / ".token"
    disk.keep(path, "t1\n")
    first = path.stat().st_ino
    disk.keep(path, "t1\n")
    assert path.stat().st_ino == first
    path.chmod(0o644)
    disk.keep(path, "t1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("t1")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    disk.write(tmp_path / "link", "t2")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "t2"


def test_a_missing_file_is_empty_and_a_byte_order_mark_is_no_token(
    tmp_path: Path,
) -> None:
    assert disk.read(tmp_path / "none") == ""
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbft1")
    assert disk.read(tmp_path / "bom") == "t1"


def test_an_unreadable_file_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "bytes", tmp_path):
        with pytest.raises(UnreadableFile, match=path.name):
            disk.read(path)
    for path in (tmp_path / "no" / "x", tmp_path):
        with pytest.raises(UnreadableFile, match=path.name):
            disk.keep(path, "t")
