"""Which language a page comes in, and that the gateway has none."""

import pytest
from django.test import AsyncClient, Client

LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("tr-TR,tr;q=0.9,en;q=0.8", "tr"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("zh-SG", "zh-hans"),
        ("de-DE,de;q=0.9", "en"),
        ("*;q=x,,;;", "en"),
        ("", "en"),
    ],
)
def test_a_page_follows_the_browser(
    client: Client, accepted: str, language: str
) -> None:
    answer = client.get(LOGIN, headers={"Accept-Language": accepted})
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.content.decode()
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))


def test_a_choice_is_stronger_than_the_browser(client: Client) -> None:
    client.cookies["language"] = "tr"
    answer = client.get(LOGIN, headers={"Accept-Language": "zh-CN"})
    assert answer["Content-Language"] == "tr"


def test_a_made_up_choice_is_none(client: Client) -> None:
    client.cookies["language"] = "../../etc/passwd"
    assert client.get(LOGIN)["Content-Language"] == "en"


async def test_it_is_the_same_on_the_asynchronous_server(
    async_client: AsyncClient,
) -> None:
    answer = await async_client.get(LOGIN, headers={"Accept-Language": "tr"})
    assert answer["Content-Language"] == "tr"
