"""Sets the environment before Django reads it, then loads Django.

pyproject.toml names no settings module on purpose: pytest-django would read the
settings before this file is loaded, with the developer's own environment.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from tests import environment

if settings.configured or "DJANGO_SETTINGS_MODULE" in os.environ:
    raise pytest.UsageError(
        "DJANGO_SETTINGS_MODULE is set: unset it, tests choose their own settings."
    )
_data_dir = tempfile.TemporaryDirectory(prefix="teamgauge-tests-")
os.environ.update(environment.product(Path(_data_dir.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
# Pages name their files without a manifest: nobody collected them here.
settings.STATIC_ROOT.mkdir()
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# The real hasher takes a fifth of a second on purpose.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A busy machine is no bug; pytest's own limit holds for each test.
hypothesis.settings.register_profile("teamgauge", deadline=None)
hypothesis.settings.load_profile("teamgauge")

pytest_plugins = ["tests.browser", "tests.live", "tests.vendor"]


def pytest_unconfigure() -> None:
    _data_dir.cleanup()


@pytest.fixture(autouse=True)
def plain_english() -> Iterator[None]:
    """A page's language stays on in its thread."""
    translation.activate("en")
    yield


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Counters and cached charts of one test are not the next one's."""
    cache.clear()
    yield
    cache.clear()
