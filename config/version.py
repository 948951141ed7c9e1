"""The version is the changelog's newest heading, so that neither can lag."""

import re

from django.conf import settings

_HEADING = re.compile(r"^## (\d+\.\d+\.\d+)", re.MULTILINE)


def newest(changelog: str) -> str:
    found = _HEADING.search(changelog)
    if found is None:
        raise ValueError("CHANGELOG.md has no heading like `## 1.2.3`.")
    return found[1]


VERSION = newest((settings.BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"))
