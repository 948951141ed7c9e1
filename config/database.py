"""The database that DATABASE_URL names, and why it cannot be opened."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

POSTGRES = ("postgres://", "postgresql://")
PATIENCE = 10  # seconds that a PostgreSQL server may take to let us in
SQLITE_OPTIONS = {
    "timeout": 30,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def config(url: str) -> dict[str, Any]:
    """Django's settings for a URL, which no error repeats: it may hold a password."""
    if not url.startswith((*POSTGRES, "sqlite:///")) or not url.isprintable():
        raise _unlike_a_database()
    try:
        found = dict(environ.Env.db_url_config(url))
    except ValueError:
        raise _unlike_a_database() from None
    options = found.setdefault("OPTIONS", {})
    # A database in memory is another one in each process.
    if found["NAME"] in ("", ":memory:"):
        raise _unlike_a_database()
    if not url.startswith(POSTGRES):
        return found | {"OPTIONS": SQLITE_OPTIONS}
    if not (found["HOST"] or options.get("host")):
        raise _unlike_a_database()
    options.setdefault("connect_timeout", PATIENCE)
    return found | {"CONN_HEALTH_CHECKS": True}


def _unlike_a_database() -> ImproperlyConfigured:
    return ImproperlyConfigured(
        "DATABASE_URL must be a URL like postgres://user:password@host:5432/name "
        "or sqlite:///path."
    )


def trouble() -> str:
    """Why the database cannot be opened, as a sentence; empty when it can.

    The driver's first line names host and port, never the password.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        return f"The database of DATABASE_URL cannot be opened: {reason}."
    return ""
