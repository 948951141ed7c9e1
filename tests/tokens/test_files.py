import itertools
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens import files
from tokens.files import Entry, TokenFile, UnreadableFile

CHECKSUMS = [f"3HFzbBm6{digit * 64}/{digit * 64}" for digit in "abcdef"]
ONE, TWO, *_ = CHECKSUMS


def tokens(text: str) -> list[tuple[str, str]]:
    return [(entry.alias, entry.token) for entry in files.parse_tokens(text).entries]


def reasons(file: TokenFile) -> list[tuple[int, str]]:
    return [(line.number, line.reason) for line in file.rejected]


@pytest.mark.parametrize(
    ("line", "alias", "token"),
    [
        ("eyJ.a.b", "", "eyJ.a.b"),
        ("  eyJ.a.b\t", "", "eyJ.a.b"),
        ("ann::eyJ.a.b", "ann", "eyJ.a.b"),
        ("Ann Lee :: eyJ.a.b", "Ann Lee", "eyJ.a.b"),
        ("user_01AB%3A%3AeyJ.a.b", "user_01AB", "eyJ.a.b"),
        ("user_01AB%3a%3aeyJ.a.b", "user_01AB", "eyJ.a.b"),
        ("user_01AB::eyJ.a.b", "user_01AB", "eyJ.a.b"),
        ("ann::user_01AB%3A%3AeyJ.a.b", "ann", "eyJ.a.b"),
        ("团队::eyJ.a.b", "团队", "eyJ.a.b"),
    ],
)
def test_each_form_of_a_line_is_read(line: str, alias: str, token: str) -> None:
    assert tokens(line) == [(alias, token)]


def test_comments_blank_lines_and_any_line_end_are_taken() -> None:
    assert tokens("# a comment\r\n\r\nann::t1\rt2\n") == [("ann", "t1"), ("", "t2")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ann::", "no token after the last colon"),
        ("canary words", "no spaces"),
        ("canary,b", "commas"),
        ("ann::canaryт", "outside ASCII"),
        ("ann::canary%0Ab", "no spaces"),
        ("a" * 201 + "::canary", "longer than 200"),
    ],
)
def test_a_line_that_is_no_token_has_a_reason_without_it(
    line: str, reason: str
) -> None:
    [(number, told)] = reasons(files.parse_tokens(f"good\n{line}"))
    assert number == 2
    assert reason in told
    assert "canary" not in told


def test_the_last_of_two_lines_with_one_token_holds() -> None:
    file = files.parse_tokens("old::t\nnew::t")
    assert [entry.alias for entry in file.entries] == ["new"]
    assert reasons(file) == [(1, "line 2 has the same token")]


def test_a_listed_line_carries_its_checksum() -> None:
    [entry] = files.parse_token_list(f"ann::t,{ONE}").entries
    assert entry == Entry("t", "ann", ONE)


@pytest.mark.parametrize("line", ["t", "t,", "t,abc", f"t,{ONE},{TWO}"])
def test_a_listed_line_without_a_good_checksum_has_a_reason(line: str) -> None:
    assert len(files.parse_token_list(line).rejected) == 1


def new_checksum() -> str:
    return CHECKSUMS[-1]


def merged(token_text: str, list_text: str) -> list[tuple[str, str, str]]:
    given_files = files.parse_tokens(token_text), files.parse_token_list(list_text)
    entries = files.merge(*given_files, new_checksum)
    return [(entry.alias, entry.token, entry.checksum) for entry in entries]


def test_a_token_that_is_new_gets_a_checksum() -> None:
    assert merged("t", "") == [("", "t", CHECKSUMS[-1])]


def test_a_listed_token_keeps_its_checksum_and_needs_no_token_line() -> None:
    assert merged("t1", f"t1,{ONE}\nt2,{TWO}") == [("", "t1", ONE), ("", "t2", TWO)]


def test_the_token_file_decides_the_alias_even_when_it_has_none() -> None:
    assert merged("t1\nann::t2", f"bob::t1,{ONE}\nt2,{TWO}") == [
        ("", "t1", ONE),
        ("ann", "t2", TWO),
    ]


def test_a_marked_line_of_the_list_is_gone() -> None:
    assert merged("", f"# t1,{ONE}\nt2,{TWO}") == [("", "t2", TWO)]


def test_writing_keeps_comments_order_and_unreadable_lines() -> None:
    text = "# mine\nann::t1\n\ntwo words\nuser_1%3A%3At2\n"
    file = files.parse_tokens(text)
    assert files.render_tokens(file, file.entries) == text


def test_writing_changes_only_what_differs() -> None:
    file = files.parse_tokens("# mine\nann::t1\ngone\n")
    entries = [Entry("t1", "bob"), Entry("t3", "cy", ONE)]
    assert files.render_tokens(file, entries) == "# mine\nbob::t1\ncy::t3\n"


def test_writing_the_list_drops_marked_lines_and_keeps_unreadable_ones() -> None:
    file = files.parse_token_list(f"#x,{ONE}\nno comma\nt1,{ONE}")
    assert files.render_token_list(file, file.entries) == f"no comma\nt1,{ONE}\n"


ALIAS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=":%#"))
TOKEN = st.text("abcXYZ019-_.", min_size=1)


@given(st.dictionaries(TOKEN, ALIAS, max_size=6))
def test_any_entries_come_back_as_they_were_written(found: dict[str, str]) -> None:
    entries = [
        Entry(token, alias, checksum)
        for (token, alias), checksum in zip(
            found.items(), itertools.cycle(CHECKSUMS), strict=False
        )
    ]
    text = files.render_token_list(TokenFile(), entries)
    assert files.parse_token_list(text).entries == entries


def test_a_written_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / ".token"
    files.write(path, "t1\n")
    files.write(path, "t2\n")
    assert files.read(path) == "t2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [".token"]


def test_a_missing_file_is_empty_and_a_byte_order_mark_is_no_token(
    tmp_path: Path,
) -> None:
    assert files.read(tmp_path / "none") == ""
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbft1")
    assert files.read(tmp_path / "bom") == "t1"


def test_an_unreadable_file_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "bytes", tmp_path):
        with pytest.raises(UnreadableFile, match=path.name):
            files.read(path)
    with pytest.raises(UnreadableFile, match="x"):
        files.write(tmp_path / "no" / "x", "t")


def test_no_token_shows_in_a_repr() -> None:
    file = files.parse_token_list(f"ann::canary,{ONE}\nbad canary")
    assert "canary" not in repr(file)
