"""The folder of uploads: private files under random names, none older than a day."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile

KEPT_FOR = timedelta(days=1)


def path_of(stored: str) -> Path:
    return Path(settings.UPLOADS) / stored


def keep(upload: TemporaryUploadedFile) -> str:
    """The name that it is kept under. It is in this folder already and gets a second
    name, for Django removes the first one at the end of the request."""
    stored = f"{secrets.token_hex(16)}.csv"
    os.chmod(upload.temporary_file_path(), 0o600)
    os.link(upload.temporary_file_path(), path_of(stored))
    return stored


def drop(stored: str) -> None:
    if stored:
        path_of(stored).unlink(missing_ok=True)


def clear(now: datetime) -> None:
    """What is older than a day, whoever left it there."""
    oldest = (now - KEPT_FOR).timestamp()
    for found in os.scandir(settings.UPLOADS):
        if found.is_file(follow_symlinks=False) and found.stat().st_mtime < oldest:
            Path(found).unlink(missing_ok=True)
