"""Secrets at rest: encrypted columns and the value they hold.

A column's value is a `Secret`: it opens only at `reveal()`, and its text forms show
the last four characters at most, so a log line, a page or a traceback cannot leak it.
"""

import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class SecretUnreadable(Exception):
    """No key in ENCRYPTION_KEYS opens a stored secret.

    It happens when the key it was encrypted with was taken out of the list.
    """


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    return _cipher(tuple(settings.ENCRYPTION_KEYS))


def fingerprint(plain: str) -> str:
    """SHA-256 in hex: tells two long random secrets apart without keeping them."""
    return hashlib.sha256(plain.encode()).hexdigest()


class Secret:
    """An encrypted text. Empty and falsy when there is none."""

    __slots__ = ("_encrypted", "_plain")

    def __init__(self, plain: str | None = None, *, encrypted: str = "") -> None:
        self._plain = plain
        self._encrypted = encrypted

    def __bool__(self) -> bool:
        return bool(self._plain or self._encrypted)

    def __repr__(self) -> str:
        return "Secret(…)" if self else "Secret()"

    def __str__(self) -> str:
        return self.hint()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def reveal(self) -> str:
        """The clear text; raises SecretUnreadable when no key opens it."""
        if self._plain is None:
            if not self._encrypted:
                return ""
            try:
                self._plain = cipher().decrypt(self._encrypted.encode()).decode()
            except InvalidToken:
                raise SecretUnreadable(
                    "A stored secret cannot be opened with ENCRYPTION_KEYS; "
                    "put the old key back or enter the secret again."
                ) from None
        return self._plain

    def hint(self) -> str:
        """For people: the last four characters of a long secret, else only dots."""
        try:
            plain = self.reveal()
        except SecretUnreadable:
            return "unreadable"
        return f"…{plain[-4:]}" if len(plain) >= 12 else "…" * bool(plain)

    def sealed(self) -> str:
        """What the column stores. Not deterministic: never look a secret up by it."""
        if not self:
            return ""
        return self._encrypted or cipher().encrypt(self.reveal().encode()).decode()


class EncryptedField(models.TextField):  # type: ignore[type-arg]
    """A text column that holds a `Secret`, encrypted with ENCRYPTION_KEYS."""

    def from_db_value(self, value: str | None, *args: Any) -> Secret:
        return Secret(encrypted=value or "")

    def to_python(self, value: Any) -> Secret:
        return value if isinstance(value, Secret) else Secret(value or "")

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).sealed()

    def value_to_string(self, obj: models.Model) -> str:
        """Dumps carry the encrypted form, never the clear text."""
        return self.to_python(self.value_from_object(obj)).sealed()
