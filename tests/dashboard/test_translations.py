"""What is shipped is read: pages in each language, with its words and figures."""

import pytest
from django.test import Client

from dashboard import catalogues
from tests.dashboard.conftest import World

SAID = {
    "en": ("Who spent most", "$0.76", "This cycle"),
    "zh-hans": ("谁支出最多", "US$0.76", "本周期"),
    "tr": ("En çok harcayanlar", "$0,76", "Bu dönem"),
}


@pytest.mark.parametrize("language", SAID)
def test_the_overview_is_said_in_each_language(
    alice: Client, world: World, language: str
) -> None:
    alice.cookies["language"] = language
    start, end = str(world.today.replace(day=1)), str(world.today)
    html = alice.get("/dashboard/", {"start": start, "end": end}).content.decode()
    for words in SAID[language]:
        assert words in html


@pytest.mark.parametrize("language", ["zh-hans", "tr"])
def test_every_refusal_is_translated(
    alice: Client, world: World, language: str
) -> None:
    alice.cookies["language"] = language
    html = alice.get("/dashboard/", {"start": "soon"}).content.decode()
    assert "must be a date" not in html
    assert "start" in html.lower()


@pytest.mark.parametrize("language", ["zh-hans", "tr"])
def test_a_chart_names_its_series_in_the_language(
    alice: Client, world: World, language: str
) -> None:
    alice.cookies["language"] = language
    answer = alice.get("/dashboard/chart/daily-spend-by-kind.json").json()
    labels = {series["label"] for series in answer["datasets"]}
    assert labels & {"套餐内", "Dahil"}


@pytest.mark.parametrize("language", catalogues.languages())
def test_the_compiled_catalogue_is_the_edited_one(language: str) -> None:
    file = catalogues.path(language)
    assert file.with_suffix(".mo").read_bytes() == catalogues.mo(
        catalogues.stored(language)
    )
