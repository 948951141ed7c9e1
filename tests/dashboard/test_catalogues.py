"""Sentences are found where they stand, and the check sees what is wrong."""

from pathlib import Path

import pytest
from pytest_django import Settings

from dashboard import catalogues

PAGE = """{% load i18n %}<p title="{% translate 'One' %}">{{ _("Two")|upper }}
    {% blocktranslate count n=n with day=day|date:"c" %}{{ n }} day to {{ day }}
    {% plural %}{{ n }} days{% endblocktranslate %}</p>
  {% translate "Left" context "of a person" %} a 'quote" and {% if x %}100%{% endif %}
"""
CODE = """from django.utils.translation import gettext_lazy as _
TITLE = _("Three of %(all)s")
def f(n): return ngettext("%s row", "%s rows", n) % n
"""


@pytest.fixture
def sources(tmp_path: Path, settings: Settings) -> Path:
    """A small product of one page and one module."""
    for name, text in (("templates/page.html", PAGE), ("dashboard/code.py", CODE)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path


def problems() -> list[str]:
    return list(catalogues.problems("tr", catalogues.template()))


def update() -> None:
    catalogues.write("tr", catalogues.merged("tr", catalogues.template()))
    catalogues.compiled("tr")


def translate_all(prefix: str = "ç ") -> None:
    held = catalogues.stored("tr")
    for message in held:
        if isinstance(message.id, str):
            message.string = prefix + message.id if message.id else message.string
        else:
            message.string = (prefix + message.id[1],)
    catalogues.write("tr", held)
    catalogues.compiled("tr")


def test_every_sentence_of_code_and_templates_is_found(sources: Path) -> None:
    found = {message.id for message in catalogues.template() if message.id}
    assert found == {
        "One",
        "Two",
        "Left",
        "Three of %(all)s",
        ("%s row", "%s rows"),
        ("%(n)s day to %(day)s\n    ", "%(n)s days"),
    }


def test_a_whole_catalogue_has_no_problems(sources: Path) -> None:
    update()
    assert len(problems()) == 6
    assert all(problem.startswith("not translated") for problem in problems())
    translate_all()
    assert problems() == []


def test_an_update_keeps_translations_and_drops_old_sentences(sources: Path) -> None:
    update()
    translate_all()
    (sources / "dashboard/code.py").write_text('_("Four")', encoding="utf-8")
    assert "not in the catalogue: 'Four'" in problems()
    assert "no longer in the sources: 'Three of %(all)s'" in problems()
    update()
    assert problems() == ["not translated: 'Four'"]
    assert catalogues.stored("tr")["One"].string == "ç One"


def test_a_lost_placeholder_or_tag_is_a_problem(sources: Path) -> None:
    (sources / "dashboard/code.py").write_text('_("Of %(all)s <b>now</b>")')
    update()
    translate_all()
    held = catalogues.stored("tr")
    held["Of %(all)s <b>now</b>"].string = "%(hepsi)s <b>şimdi</b>"
    catalogues.write("tr", held)
    catalogues.compiled("tr")
    assert problems() == ["placeholders or tags differ: 'Of %(all)s <b>now</b>'"]


def test_a_catalogue_that_was_not_compiled_again_is_a_problem(sources: Path) -> None:
    update()
    translate_all()
    held = catalogues.stored("tr")
    held["One"].string = "Bir"
    catalogues.write("tr", held)
    assert problems() == ["the compiled file is not what the catalogue says"]


def test_writing_twice_changes_no_byte(sources: Path) -> None:
    update()
    file = catalogues.path("tr")
    before = file.read_bytes(), file.with_suffix(".mo").read_bytes()
    update()
    assert (file.read_bytes(), file.with_suffix(".mo").read_bytes()) == before
