from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests import factories
from tokens.models import Team, Upstream
from tokens.places import vendor_upstream

AUTH_TOKEN = "master-key-of-these-tests"
BEARER = {"Authorization": f"Bearer {AUTH_TOKEN}"}
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def auth_token(settings: Settings, folder: Path) -> None:
    settings.AUTH_TOKEN = AUTH_TOKEN


@pytest.fixture
def upstream(db: None) -> Upstream:
    return vendor_upstream("")


@pytest.fixture
def master(db: None) -> Client:
    """Whoever sends AUTH_TOKEN, as programs do."""
    return Client(headers=BEARER, enforce_csrf_checks=True)


@pytest.fixture
def sign_in(team: Team) -> SignIn:
    def signed_in(role: str = "admin", **fields: object) -> Client:
        user = factories.user(f"{role}@example.com", team, role, **fields)
        client = Client()
        client.force_login(user)
        return client

    return signed_in
