"""Answers that are kept for a while. Without the cache they are made again, so a dead
Redis makes pages slower and nothing else."""

import logging
from collections.abc import Callable
from functools import cache as once
from hashlib import sha256
from typing import TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from redis import RedisError

log = logging.getLogger(__name__)
A = TypeVar("A")
HOUR = 3600
_NOTHING = object()


def named(what: str, *parts: object) -> str:
    """A key of all that an answer follows from, with the code that makes it: another
    release reads none of this one's answers."""
    return f"{what}:{sha256(repr((_code(), *parts)).encode()).hexdigest()}"


@once
def _code() -> str:
    found = sha256()
    for pattern in ("dashboard/**/*.py", "locale/**/*.mo"):
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()


def kept(key: str, make: Callable[[], A], seconds: int = HOUR) -> A:
    """`key` names all that the answer depends on, the data's version included."""
    try:
        found = cache.get(key, _NOTHING)
    except RedisError as error:
        log.warning("The cache cannot be read: %s", error)
        return make()
    if found is not _NOTHING:
        return cast(A, found)
    made = make()
    try:
        cache.set(key, made, seconds)
    except RedisError as error:
        log.warning("The cache cannot be written: %s", error)
    return made
