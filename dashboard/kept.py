"""Answers that are kept for a while. Without the cache they are made again, so a dead
Redis makes pages slower and nothing else."""

import logging
from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import cache
from redis import RedisError

log = logging.getLogger(__name__)
A = TypeVar("A")
HOUR = 3600
_NOTHING = object()


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
