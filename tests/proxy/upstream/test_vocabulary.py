import pytest

from proxy.upstream.errors import Refused
from proxy.upstream.vocabulary import Credential

TOKEN = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"
CREDENTIAL = Credential(TOKEN, f"3HFzbBm6{'a1' * 32}/{'b2' * 32}")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"Bearer {TOKEN} is bad", "Bearer … is bad"),
        (f'{{"token": "{TOKEN}", "at": 5}}', '{"token": "…", "at": 5}'),
        (f"cut short: {TOKEN[:30]}", "cut short: …"),
        (CREDENTIAL.checksum, "3HFzbBm6…"),
        (f"of {'b2' * 32}", "of …"),
        ("Not logged in.", "Not logged in."),
    ],
)
def test_an_upstream_that_quotes_our_secret_is_not_repeated(
    text: str, hidden: str
) -> None:
    error = Refused(text, status=400, code=text, retryable=False, param=text)
    failed = error.failed(CREDENTIAL)
    assert failed.message == failed.code == failed.param == hidden


def test_a_credential_that_is_missing_hides_nothing() -> None:
    assert Credential("", "").hidden_in("any words at all") == "any words at all"
    assert Credential("short", "").hidden_in("a short one") == "a … one"
