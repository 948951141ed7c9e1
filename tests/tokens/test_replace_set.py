"""Texts from a page or a caller: `tokens.exchange.replace_set`, `tokens.veil.shown`."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tokens.conftest import AddToken
from tokens import exchange, veil
from tokens.crypto import fingerprint
from tokens.exchange import Exchanged, NothingTaken
from tokens.models import Change, Team, Upstream, UpstreamToken
from tokens.places import Place, place_of, vendor_upstream

CHECKSUM = f"3HFzbBm6{'1' * 64}/{'2' * 64}"
OTHER = f"3HFzbBm6{'3' * 64}/{'4' * 64}"
CANARY = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"


@pytest.fixture
def upstream(db: None) -> Upstream:
    return vendor_upstream("")


@pytest.fixture
def place(team: Team, folder: Path) -> Place:
    return place_of(team)


def save(place: Place, tokens: str, listed: str | None = None) -> Exchanged:
    return exchange.replace_set(place, tokens, listed, "ann@example.org")


def rows() -> list[tuple[str, str, str]]:
    return [(r.alias, r.secret.reveal(), r.state) for r in UpstreamToken.objects.all()]


def test_a_text_adds_and_renames_and_nothing_else_goes(place: Place) -> None:
    save(place, "ann::t1\nt2\n")
    done = save(place, "# words\nbob::t1\nt3")
    assert (done.in_use, done.counts()) == (3, "1 added, 1 renamed, 0 unchanged")
    assert rows() == [
        ("bob", "t1", "active"),
        ("", "t2", "active"),
        ("", "t3", "active"),
    ]
    assert {c.actor for c in Change.objects.all()} == {"ann@example.org"}


def test_both_texts_replace_the_set(place: Place, add_token: AddToken) -> None:
    add_token("t0", alias="of the admin site")
    save(place, "t1\nt2", f"t3,{CHECKSUM}")
    assert {row[1]: row[2] for row in rows()}["t0"] == "disabled"
    done = save(place, "t1", "")
    assert done.counts() == "0 added, 0 renamed, 1 unchanged, 2 disabled"
    done = save(place, "", "")
    assert (done.in_use, done.counts()) == (
        0,
        "0 added, 0 renamed, 0 unchanged, 1 disabled",
    )
    done = save(place, "t1", "")
    assert (done.in_use, done.done) == (1, {"enabled": 1})


def test_a_mark_in_the_posted_list_removes(place: Place) -> None:
    save(place, "t1\nann::t2", f"t1,{CHECKSUM}")
    _, listed = veil.shown(place)
    first, second = listed.splitlines()
    done = save(place, "t1\nt2", f"{first}\n# {second}")
    assert done.counts() == "0 added, 0 renamed, 1 unchanged, 1 removed"
    assert UpstreamToken.objects.get(state="disabled").secret.reveal() == "t2"


def test_what_is_shown_is_masked_and_saving_it_changes_nothing(
    place: Place, folder: Path
) -> None:
    (folder / ".token").write_text(f"# mine\n#{CANARY}\nnot a {CANARY}\n")
    (folder / ".token-list").touch()
    exchange.reload(place, "setup")
    save(place, f"ann::{CANARY}\n#{CANARY}1\n{CANARY}2", f"{CANARY}3,{CHECKSUM}")
    UpstreamToken.objects.filter(fingerprint=fingerprint(f"{CANARY}2")).update(
        alias="#odd: name"
    )
    exchange.reload(place, "setup")
    before = [*UpstreamToken.objects.values()], (folder / ".token").read_text()
    tokens, listed = veil.shown(place)
    for text in (tokens, listed):
        assert CANARY[:20] not in text
        assert "1" * 20 not in text
        assert "2" * 20 not in text
    done = save(place, tokens, listed)
    assert done.done == {"unchanged": 3}
    assert [*UpstreamToken.objects.values()] == before[0]
    assert (folder / ".token").read_text() == before[1]
    assert veil.shown(place) == (tokens, listed)


def test_a_masked_line_can_be_renamed_and_pinned(place: Place) -> None:
    save(place, f"{CANARY}\nt2")
    tokens, listed = veil.shown(place)
    first, rest = tokens.splitlines()
    pinned = listed.splitlines()[0].partition(",")[0] + f",{OTHER}"
    done = save(place, f"new name::{first}\n{rest}", f"{pinned}\n")
    assert done.counts() == "0 added, 1 renamed, 1 unchanged, 1 pinned"
    row = UpstreamToken.objects.get(alias="new name")
    assert (row.secret.reveal(), row.machine_id) == (CANARY, "3" * 64)


def test_a_new_token_takes_over_the_machine_and_owner_of_the_masked_one(
    place: Place,
) -> None:
    save(place, "ann::t-old", f"t-old,{CHECKSUM}")
    UpstreamToken.objects.update(owner_email="ann@example.org", weight=2)
    _, listed = veil.shown(place)
    masked = listed.strip().partition(",")[2]
    save(place, "", f"ann::t-new,{masked}")
    row = UpstreamToken.objects.get(state="active")
    assert (row.alias, row.secret.reveal()) == ("ann", "t-new")
    assert (row.machine_id, row.mac_id) == ("1" * 64, "2" * 64)
    assert (row.owner_email, row.shared, row.weight) == ("ann@example.org", False, 2)


def test_each_refused_line_has_its_field_place_and_reason(place: Place) -> None:
    done = save(place, "t1\ntwo canary\n…nary~99", "canary\n")
    assert [(r.field, r.line) for r in done.refused] == [
        ("tokens", 2),
        ("tokens", 3),
        ("token_list", 1),
    ]
    assert "what is masked here is not in use" in str(done.refused[1])
    assert "canary" not in "".join(map(str, done.refused))


def test_texts_of_refused_lines_only_change_nothing(place: Place) -> None:
    save(place, "t1")
    with pytest.raises(NothingTaken) as error:
        save(place, "two words", "")
    assert [r.line for r in error.value.refused] == [1]
    assert rows() == [("", "t1", "active")]


def test_a_refused_line_goes_into_no_file_unless_it_was_there(
    place: Place, folder: Path
) -> None:
    (folder / ".token").write_text("was there\nt1\n")
    exchange.reload(place, "setup")
    tokens, _ = veil.shown(place)
    save(place, f"{tokens}is new\n# comment")
    assert (folder / ".token").read_text() == "was there\nt1\n# comment\n"


def test_a_token_of_another_team_cannot_be_named_by_its_mask(
    place: Place, team: Team, upstream: Upstream, add_token: AddToken
) -> None:
    other = Team.objects.create(slug="other", name="Other")
    theirs = add_token(CANARY, team=other)
    elsewhere = Upstream.objects.create(name="Provider", base_url="http://p.test")
    key = add_token(CANARY, upstream=elsewhere)
    done = save(place, f"t1\n…ture~{theirs.pk}\n…ture~{key.pk}")
    assert [r.line for r in done.refused] == [2, 3]
    assert done.in_use == 1


def test_another_teams_texts_reach_no_file(place: Place, folder: Path) -> None:
    (folder / ".token").write_text("# theirs\n")
    other = place_of(Team.objects.create(slug="other", name="Other"))
    save(other, "ann::t1-of-the-other-team")
    assert (folder / ".token").read_text() == "# theirs\n"
    row = UpstreamToken.objects.get()
    assert veil.shown(other)[0] == f"ann::…team~{row.pk}\n"


TEXT = st.lists(
    st.sampled_from(
        [
            "t1",
            "ann::t1",
            "bob::t2",
            "t3",
            "# t1",
            "#",
            "two words",
            "",
            "…~1",
            "x::…~2",
        ]
    )
).map("\n".join)
LIST = st.lists(
    st.sampled_from(
        [
            f"t1,{CHECKSUM}",
            f"ann::t2,{OTHER}",
            f"#t1,{CHECKSUM}",
            "# t3",
            "t4",
            "…~1,…~2",
        ]
    )
).map("\n".join)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(TEXT, st.none() | LIST), min_size=1, max_size=3))
def test_after_any_texts_files_tables_and_page_agree(
    place: Place, folder: Path, steps: list[tuple[str, str | None]]
) -> None:
    UpstreamToken.objects.all().delete()
    (folder / ".token").write_text("")
    (folder / ".token-list").write_text("")
    for tokens, listed in steps:
        try:
            save(place, tokens, listed)
        except NothingTaken:
            continue
    before = [*UpstreamToken.objects.values()]
    in_use = {r[1]: r[0] for r in rows() if r[2] == "active"}
    for again in range(4):
        if again % 2:
            done = save(place, *veil.shown(place))
        else:
            done = exchange.reload(place, "setup")
        assert done.in_use == len(in_use)
        assert set(done.done) <= {"unchanged"}
        assert [*UpstreamToken.objects.values()] == before
