from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from proxy import offload
from tests.tokens.conftest import add_token, team, upstream
from tokens.pool import POOL

__all__ = ["add_token", "async_database", "team", "upstream"]


@pytest.fixture(autouse=True)
def forgetful_pool() -> None:
    """What one test's pool knew is another database's."""
    POOL.forget()


@pytest.fixture
async def async_database(transactional_db: None) -> AsyncIterator[None]:
    """The tables for async code, whose queries run in a thread of their own: an
    open connection there would keep the test database from being dropped."""
    yield
    await offload.close()
    await sync_to_async(connections.close_all)()
