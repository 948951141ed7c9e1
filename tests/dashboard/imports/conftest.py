"""A handed in file, and a worker of the test's own."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from dashboard.imports.asking import hand_in
from dashboard.models import UsageImport
from tests.dashboard.sync.test_csv_import import a_file
from tokens.models import Team

HandIn = Callable[..., UsageImport]


def upload(content: bytes, name: str = "usage.csv") -> TemporaryUploadedFile:
    file = TemporaryUploadedFile(name, "text/csv", len(content), None)
    file.write(content)
    file.seek(0)
    return file


class Outbox(list[int]):
    def __call__(self, pk: int) -> None:
        self.append(pk)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def handed_in(team: Team, outbox: Outbox) -> HandIn:
    def make(*lines: str, content: bytes = b"", owner: str = "") -> UsageImport:
        who, now = "alice@example.com", datetime.now(UTC)
        with upload(content or a_file(*lines).read()) as file:
            return hand_in(team, file, owner, who, now, outbox)

    return make
