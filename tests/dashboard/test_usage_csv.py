"""The vendor's export, as people have it and as it comes back broken."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from dashboard.adminapi.records import UsageEventRecord
from dashboard.usage_csv import records

HEADER = (
    "Date,User,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,"
    "Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,"
    "Total Tokens,Cost"
)
ROW = (
    '"2026-06-10T14:19:26.869Z","Ada@Example.com","bc-1","au-1","On-Demand","gpt-5",'
    '"Yes","1615","2","187200","1506","190323","0.33"'
)
AT = 1_781_101_166_869


def read(text: str, owner: str = "") -> list[UsageEventRecord]:
    return list(records(io.BytesIO(text.encode()), owner))


def one(header: str, row: str, owner: str = "") -> UsageEventRecord:
    (record,) = read(f"{header}\n{row}\n", owner)
    return record


def with_cell(column: str, value: str) -> UsageEventRecord:
    names = HEADER.split(",")
    cells = next(csv.reader([ROW]))
    cells[names.index(column)] = value
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return one(HEADER, out.getvalue().strip())


def test_a_row_of_todays_export() -> None:
    record = one(HEADER, ROW)
    assert record.timestamp_ms == AT
    assert (record.email, record.model) == ("ada@example.com", "gpt-5")
    assert (record.raw_kind, record.max_mode) == ("On-Demand", True)
    assert (record.cloud_agent_id, record.automation_id) == ("bc-1", "au-1")
    assert (record.input_tokens, record.cache_write_tokens) == (2, 1615)
    assert (record.cache_read_tokens, record.output_tokens) == (187200, 1506)
    assert record.charged_cents == record.cost_cents == Decimal(33)


def test_an_export_of_a_person_names_its_owner() -> None:
    header, row = "Date,Model,Cost", "2026-06-10,gpt-5,1"
    assert one(header, row).email == ""
    assert one(header, row, "Ada@example.com ").email == "ada@example.com"
    named = one("User,Date,Model,Cost", f"bob@example.com,{row}", "ada@example.com")
    assert named.email == "bob@example.com"


def test_a_user_without_an_address_is_a_service_account() -> None:
    record = with_cell("User", "Nightly Build")
    assert (record.email, record.service_account_name) == ("", "nightly build")


def test_the_columns_of_an_old_export() -> None:
    record = one(
        "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,"
        "Output Tokens,Total Tokens,Cost,Cost to you",
        "2025-08-01T10:00:00Z,auto,100,200,50,80,430,$0.20,$0.12",
    )
    assert (record.model_cents, record.charged_cents) == (Decimal(20), Decimal(12))
    assert record.model == "default"
    assert (record.max_mode, record.raw_kind, record.email) == (None, "", "")


def test_requests_and_the_price_at_the_api() -> None:
    record = one("Date,Model,API Cost,Requests", "2026-06-10,gpt-5,0.5,1.4")
    assert (record.model_cents, record.charged_cents) == (Decimal(50), None)
    assert record.requests_costs == Decimal("1.4")


@pytest.mark.parametrize(
    ("written", "plain", "total", "expected"),
    [
        (1615, 2, 1717, (2, 1615)),  # side by side, as in real exports
        (1200, 1000, 1300, (1000, 200)),  # the total shows that one holds the other
        (0, 1000, 1100, (1000, 0)),
        (500, 0, 600, (0, 500)),
        (100, 200, "", (200, 100)),  # no total to go by
    ],
)
def test_the_input_is_split_so_that_the_row_adds_up(
    written: int, plain: int, total: object, expected: tuple[int, int]
) -> None:
    record = one(
        "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,"
        "Output Tokens,Total Tokens",
        f"2026-06-10,gpt-5,{written},{plain},60,40,{total}",
    )
    assert (record.input_tokens, record.cache_write_tokens) == expected


@pytest.mark.parametrize(
    ("cost", "cents"),
    [
        ("0.12", "12"),
        ("$0.12", "12"),
        ("US$ 1,234.56", "123456"),
        ("-$0.5", "-50"),
        ("0.000000123456789", "0.0000123456789"),
        ("1.5e-05", "0.0015"),
        ("0", "0"),
        ("Included", None),
        ("Free", None),
        ("-", None),
        ("NaN", None),
        ("", None),
    ],
)
def test_dollars_become_cents_exactly(cost: str, cents: str | None) -> None:
    assert with_cell("Cost", cost).charged_cents == (cents and Decimal(cents))


@pytest.mark.parametrize(
    ("word", "flag"),
    [("Yes", True), ("true", True), ("No", False), ("FALSE", False), ("", None)],
)
def test_max_mode_in_every_spelling(word: str, flag: bool | None) -> None:
    assert with_cell("Max Mode", word).max_mode is flag


@pytest.mark.parametrize("text", ["1,200", "1200", "1200.0", " 1200 "])
def test_token_counts_in_every_spelling(text: str) -> None:
    assert with_cell("Cache Read", text).cache_read_tokens == 1200


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEADER}\r\n{ROW}\r\n",
        f"\n\n{HEADER}\n\n{ROW}\n,,,,,,,,,,,,\n\n",
        f"{HEADER}\r{ROW}",
        f"{HEADER.upper().replace(' ', '  ')}\n{ROW},,\n",
        f"sep=;\n{HEADER.replace(',', ';')}\n{ROW.replace(',', ';')}",
        f'{HEADER},Notes\n{ROW},"two\nlines, one ""cell"""\n',
        f"{HEADER.replace(',', chr(9))}\n{ROW.replace(',', chr(9))}",
    ],
)
def test_every_way_to_write_the_file_says_the_same(text: str) -> None:
    assert read(text) == [one(HEADER, ROW)]


def test_a_decimal_comma_where_semicolons_part_the_cells() -> None:
    assert one("Date;Model;Cost", "2026-06-10;gpt-5;0,125").charged_cents == Decimal(
        "12.5"
    )


def test_a_file_with_a_header_alone_has_no_rows() -> None:
    assert read(HEADER) == []


def test_an_uploaded_file_is_read_as_it_is() -> None:
    upload = SimpleUploadedFile("usage.csv", f"{HEADER}\n{ROW}".encode())
    assert len(list(records(upload))) == 1  # type: ignore[arg-type]
    upload.seek(0)
    assert len(list(records(upload))) == 1  # type: ignore[arg-type]


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(
    str.strip
)
counts = st.none() | st.integers(0, 10**12)
rows = st.fixed_dictionaries(
    {
        "Date": st.integers(1_577_836_800_000, 1_780_000_000_000),  # all gone by
        "User": st.emails().map(str.lower),
        "Kind": words,
        "Model": words.filter(lambda word: word.lower() != "auto"),
        "Max Mode": st.sampled_from([True, False, None]),
        "Input (w/o Cache Write)": counts,
        "Cache Read": counts,
        "Output Tokens": counts,
        "Cost": st.none() | st.decimals(-1000, 10**6, places=9),
        "Cloud Agent ID": words,
    }
)


def shown(title: str, value: Any) -> str:
    if value is None:
        return ""
    if title == "Date":
        moment = datetime.fromtimestamp(value // 1000, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{value % 1000:03}Z"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@given(st.lists(rows, min_size=1, max_size=5), st.randoms(), st.sampled_from(",;\t"))
def test_what_is_written_is_read_back(
    written: list[dict[str, Any]], random: Any, delimiter: str
) -> None:
    titles = list(written[0])
    random.shuffle(titles)
    out = io.StringIO()
    sheet = csv.writer(out, delimiter=delimiter)
    sheet.writerow(titles)
    sheet.writerows([[shown(title, row[title]) for title in titles] for row in written])
    for row, record in zip(written, read(out.getvalue()), strict=True):
        assert record.timestamp_ms == row["Date"]
        assert record.email == row["User"]
        assert (record.raw_kind, record.model) == (row["Kind"], row["Model"])
        assert record.max_mode is row["Max Mode"]
        assert record.input_tokens == row["Input (w/o Cache Write)"]
        assert record.cache_read_tokens == row["Cache Read"]
        assert record.output_tokens == row["Output Tokens"]
        assert record.charged_cents == (row["Cost"] and row["Cost"] * 100)
        assert record.cloud_agent_id == row["Cloud Agent ID"]
