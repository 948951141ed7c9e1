import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens import files
from tokens.files import TokenFile
from tokens.lines import Entry, Line, fileable

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
        ("WorkosCursorSessionToken=user_1%3A%3AeyJ.a.b;", "user_1", "eyJ.a.b"),
        ("ann::…a.bc~17", "ann", "…a.bc~17"),
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
        ("eyJcanary.b.c::ann", "the alias comes first"),
        ("…anary~x", "outside ASCII"),
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


def token_of(entry: Entry) -> str:
    return entry.token


def merged(token_text: str, list_text: str) -> list[tuple[str, str, str]]:
    given_files = files.parse_tokens(token_text), files.parse_token_list(list_text)
    entries = files.merge(*given_files, token_of).values()
    return [(entry.alias, entry.token, entry.checksum) for entry in entries]


def test_a_token_that_is_new_has_no_checksum_yet() -> None:
    assert merged("t", "") == [("", "t", "")]


def test_a_listed_token_keeps_its_checksum_and_needs_no_token_line() -> None:
    assert merged("t1", f"t1,{ONE}\nt2,{TWO}") == [("", "t1", ONE), ("", "t2", TWO)]


def test_the_token_file_decides_the_alias_even_when_it_has_none() -> None:
    assert merged("t1\nann::t2", f"bob::t1,{ONE}\nt2,{TWO}") == [
        ("", "t1", ONE),
        ("ann", "t2", TWO),
    ]


@pytest.mark.parametrize("token_text", ["", "t1"])
@pytest.mark.parametrize("mark", ["# bob::t1", "#t1", f"# t1,{ONE}", f"## t1,{TWO}"])
def test_a_marked_token_of_the_list_is_gone_wherever_else_it_stands(
    mark: str, token_text: str
) -> None:
    assert merged(token_text, f"{mark}\nt2,{TWO}") == [("", "t2", TWO)]
    listed = files.parse_token_list(mark)
    assert files.taken_out(listed, token_of) == {"t1"}


def test_a_mark_does_not_count_beside_a_line_with_the_same_token() -> None:
    assert merged("", f"#t1,{ONE}\nt1,{TWO}") == [("", "t1", TWO)]


def test_a_comment_in_the_list_marks_nothing() -> None:
    listed = files.parse_token_list("# just some words\n#\n")
    assert (listed.marked, listed.rejected) == ([], [])


def render(lines: list[Line], entries: list[Entry]) -> str:
    return files.render(lines, {entry.token: entry for entry in entries}, token_of)


def test_writing_keeps_comments_order_and_unreadable_lines() -> None:
    text = "# mine\nann::t1\n\ntwo words\nuser_1%3A%3At2\n"
    file = files.parse_tokens(text)
    assert render([*file.lines], file.entries) == text


def test_writing_changes_only_what_differs_and_drops_repeats() -> None:
    file = files.parse_tokens("# mine\nann::t1\ngone\nold::t1\nt1")
    entries = [Entry("t1", "bob"), Entry("t3", "cy", ONE)]
    assert render([*file.lines], entries) == f"# mine\nbob::t1\ncy::t3,{ONE}\n"


def test_writing_leaves_a_checksum_of_another_time_alone() -> None:
    file = files.parse_token_list(f"t1,{ONE}")
    later = Entry("t1", "", "paaotdCB" + ONE[8:])
    assert render([*file.lines], [later]) == f"t1,{ONE}\n"


def test_writing_the_list_drops_marked_lines_and_keeps_unreadable_ones() -> None:
    file = files.parse_token_list(f"#x,{ONE}\n# words\nno comma\nt1,{ONE}")
    assert render(files.unmarked(file), file.entries) == f"no comma\nt1,{ONE}\n"


def test_a_mask_of_no_row_in_use_is_refused() -> None:
    file = files.parse_token_list(f"…wxyz~1,…9f3a~1\n…wxyz~2,{ONE}\nnew,…9f3a~2")
    known = files.without_strangers(file, {1})
    assert [line.number for line in known.rejected] == [2, 3]
    assert known.entries == file.entries[:1]


ALIAS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=":%#"))
TOKEN = st.text("abcXYZ019-_.", min_size=1)
ANY = st.text(st.sampled_from("ab…~1:%3A,# \r\n\u2028é" + ONE)) | st.text()


@given(st.dictionaries(TOKEN, ALIAS, max_size=6))
def test_any_entries_come_back_as_they_were_written(found: dict[str, str]) -> None:
    entries = [
        Entry(token, alias, checksum)
        for (token, alias), checksum in zip(
            found.items(), itertools.cycle(CHECKSUMS), strict=False
        )
    ]
    text = render([], entries)
    assert files.parse_token_list(text).entries == entries


@given(TOKEN, st.text(max_size=30))
def test_any_alias_leaves_its_token_readable(token: str, alias: str) -> None:
    entry = fileable(Entry(token, alias, ONE))
    text = render([], [entry])
    assert files.parse_token_list(text).entries == [entry]
    assert (entry.token, entry.checksum) == (token, ONE)


@given(ANY, ANY)
def test_any_two_texts_are_read_and_settle_in_one_writing(one: str, two: str) -> None:
    tokens, listed = files.parse_tokens(one), files.parse_token_list(two)
    for file in (tokens, listed):
        assert len(file.lines) >= len(file.entries) + len(file.rejected)
    named = {entry.token: entry for entry in tokens.entries}
    written = files.render(tokens.lines, named, token_of)
    again = files.parse_tokens(written)
    assert {entry.token: entry for entry in again.entries} == named
    assert files.render(again.lines, named, token_of) == written
    listed_before = {entry.token: entry for entry in listed.entries}
    text = files.render(files.unmarked(listed), listed_before, token_of)
    after = files.parse_token_list(text)
    assert (after.entries, after.marked) == (listed.entries, [])


@given(ANY, ANY)
def test_a_marked_token_is_never_in_force(one: str, two: str) -> None:
    tokens, listed = files.parse_tokens(one), files.parse_token_list(two)
    in_force = files.merge(tokens, listed, token_of)
    assert not files.taken_out(listed, token_of) & set(in_force)
    assert {e.token for e in listed.entries} <= set(in_force)


def test_no_token_shows_in_a_repr() -> None:
    file = files.parse_token_list(f"ann::canary,{ONE}\nbad canary\n#canary,{ONE}")
    assert "canary" not in repr(file)
