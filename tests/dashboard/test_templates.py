"""What the Content-Security-Policy would block must not be written at all."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.environment import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT)) for path in TEMPLATES]
BLOCKED = re.compile(
    r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:|\|safe|autoescape",
    re.IGNORECASE,
)
ICON = re.compile(r'_icon\.html" with name="([a-z0-9-]+)"')
STATIC = re.compile(r"{% static '([^']+)' %}")


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_inline_script_or_style_and_no_unescaped_data(path: Path) -> None:
    assert BLOCKED.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_static_file_and_icon_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name in STATIC.findall(text) if not finders.find(name)] == []
    sprite = next((ROOT / "static/vendor").glob("bootstrap-icons-*/icons.svg"))
    symbols = set(re.findall('id="([^"]+)"', sprite.read_text(encoding="utf-8")))
    assert set(ICON.findall(text)) <= symbols
