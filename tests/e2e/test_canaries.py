"""Secrets that nobody may see again are given to a running product in every way, used
well and badly, and then looked for in everything that it says, writes and keeps."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.canaries import Sweep, forms
from tests.live import Product, product
from tests.vendor import Vendor

pytestmark = pytest.mark.timeout(600)
MACHINE = "ca7a" * 16
CANARIES = {
    "AUTH_TOKEN": "canary-master-Qm9yZGVyLWNvbGxpZQ-0123456789",
    "upstream token": "eyJjYW5hcnkiOiJ1cHN0cmVhbSJ9.eyJzdWIiOiJ4In0.canary-upstream",
    "refused token": "eyJjYW5hcnkiOiJyZWZ1c2VkIn0.eyJzdWIiOiJ5In0.canary-refused",
    "provider key": "sk-canary-of-a-provider-4f9a8b7c6d5e",
    "Admin API key": "key_canary_admin_0f1e2d3c4b5a69788796",
    "password": "canary-Pass-phrase-7-of-the-admin",
    "wrong key": "canary-of-a-wrong-key-somebody-sent-1234",
    "machine": MACHINE,
}
HELLO = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
ROWS = """
from proxy.models import OfferedModel
from tokens.crypto import fingerprint
from tokens.models import Team, Upstream, UpstreamToken
Upstream.objects.filter(name="Cursor").update(base_url="{vendor}")
upstream = Upstream.objects.create(name="P", kind="openai", base_url="{vendor}/v1")
OfferedModel.objects.create(name="provided", upstream=upstream, upstream_name="gpt-4o")
UpstreamToken.objects.create(team=Team.objects.default(), upstream=upstream,
    secret="{key}", fingerprint=fingerprint("{key}"), machine_id="a" * 64)
Team.objects.update(admin_api_url="{vendor}")
"""


@pytest.fixture(scope="module")
def live() -> Iterator[Product]:
    given = {
        "AUTH_TOKEN": CANARIES["AUTH_TOKEN"],
        "ADMIN_PASSWORD": CANARIES["password"],
        "CURSOR_ADMIN_API_KEY": CANARIES["Admin API key"],
        "DEMO": "off",
    }
    with product("simulator", "web", "worker", "beat", **given) as running:
        key = CANARIES["provider key"]
        rows = ROWS.format(vendor=running.simulator_url, key=key)
        running.manage("shell", "-c", rows)
        for name in ("upstream token", "provider key"):
            url = f"{running.simulator_url}/_sim/tokens"
            httpx.post(url, json={"token": CANARIES[name]}).raise_for_status()
        yield running


@pytest.fixture(scope="module")
def api_key(live: Product) -> str:
    """The only place where it is shown is where it is made."""
    return live.manage("create_api_key", "ann@example.org").split()[-1]


@pytest.fixture
def sweep(api_key: str) -> Sweep:
    secret = api_key.rpartition("-")[2]
    # The ids of machines are no secret of ours to keep, but no page's business either.
    clear_in = {"machine": {"row", "file", "dump"}}
    return Sweep(CANARIES | {"caller's key": secret}, clear_in)


def test_no_secret_is_seen_again_anywhere(
    live: Product, sweep: Sweep, api_key: str
) -> None:
    give_tokens(live, sweep)
    chat(live, sweep, api_key)
    people(live, sweep)
    commands(live, sweep)
    live.wait(lambda: refused_sync(live), "the sync to be refused")
    sweep.tables(live)
    sweep.redis(live)
    sweep.files(live.data_dir)
    assert sorted(sweep.hits) == []
    least = {"api": 10, "chat": 40, "page": 60, "row": 100, "dump": 1, "log": 4}
    seen = sweep.looked_at
    assert [kind for kind, count in least.items() if seen.get(kind, 0) < count] == []
    clear = (live.data_dir / ".token").read_text()
    assert CANARIES["upstream token"] in clear


def give_tokens(live: Product, sweep: Sweep) -> None:
    """By the seed's endpoints: good lines, bad lines, comments."""
    good, bad = CANARIES["upstream token"], CANARIES["refused token"]
    checksum = f"3HFzbBm6{MACHINE}/{MACHINE}"
    headers = {"Authorization": f"Bearer {CANARIES['AUTH_TOKEN']}"}
    wrong = {"Authorization": f"Bearer {CANARIES['wrong key']}"}
    tokens = f"ann::user_1%3A%3A{good}\n# {bad}\nnot a {bad}\n{bad}::ann\n{bad}"
    listed = f"{good},{checksum}\n{bad},{MACHINE},x\n#{bad}x,{checksum}"
    body = {"tokens": tokens, "token_list": listed}
    with httpx.Client(base_url=live.url, headers=headers) as client:
        said = sweep.answer("api", client.post("/update-tokeninfo", json=body))
        assert said.json()["token_count"] == 2
        for broken in (b"{" + good.encode(), json.dumps([good]).encode()):
            sweep.answer("api", client.post("/update-tokeninfo", content=broken))
        shown = sweep.answer("api", client.post("/get-tokeninfo")).json()
        again = {name: shown[name] for name in body}
        sweep.answer("api", client.post("/update-tokeninfo", json=again))
        for path in ("/update-tokeninfo", "/health", "/tokeninfo", "/env-example"):
            sweep.answer("api", client.get(path))
        for path in ("/get-tokeninfo", "/logs", "/update-tokeninfo"):
            sweep.answer("api", httpx.post(live.url + path, json=body, headers=wrong))


def chat(live: Product, sweep: Sweep, api_key: str) -> None:
    """Well, refused, and with upstreams that tell us our own secret in their errors."""
    vendor, good = Vendor(live.simulator_url), CANARIES["upstream token"]
    echo = f"Bearer {good} of {MACHINE} is not liked: {good[:25]}"
    key_echo = f"We do not like {CANARIES['provider key']}."
    faults: list[tuple[str, str, dict[str, object]]] = [
        ("chat", "none", {}),
        ("chat", "bare_error", {"code": "internal", "message": echo}),
        ("chat", "bare_error", {"code": "invalid_argument", "message": echo}),
        ("chat", "bare_error", {"code": "resource_exhausted", "message": echo}),
        ("chat", "bare_error", {"code": "unauthenticated", "message": echo}),
        ("chat", "500", {"body": "html"}),
        ("chat", "reset", {}),
        ("openai", "401", {"body": "json"}),
        ("openai", "error_event", {"message": key_echo}),
        ("openai", "invalid_key", {}),
    ]
    for endpoint, fault, options in faults:
        model = "provided" if endpoint == "openai" else "gpt-4o"
        for key in (CANARIES["AUTH_TOKEN"], api_key, CANARIES["wrong key"]):
            for stream in (False, True):
                vendor.heal()
                if fault != "none":
                    vendor.fault(endpoint, fault, times=None, **options)
                asked = HELLO | {"model": model, "stream": stream}
                headers = {"Authorization": f"Bearer {key}"}
                url = f"{live.url}/v1/chat/completions"
                answer = httpx.post(url, json=asked, headers=headers, timeout=60)
                sweep.answer("chat", answer)
    vendor.heal()
    lost(live, sweep)
    for body in ({"model": api_key}, {"model": "gpt-4o", "messages": api_key}):
        headers = {"Authorization": f"Bearer {CANARIES['AUTH_TOKEN']}"}
        httpx.post(f"{live.url}/v1/chat/completions", json=body, headers=headers)


def lost(live: Product, sweep: Sweep) -> None:
    """Secrets in addresses, as somebody pastes them. The caller's own word may come
    back to that caller, but is to be written nowhere."""
    for name in ("upstream token", "provider key", "AUTH_TOKEN"):
        secret = CANARIES[name]
        for path in (f"/{secret}", f"/dashboard/{secret}/", f"/logs/{secret}"):
            cookie = f"{path}?token=user_1%3A%3A{secret}"
            assert httpx.get(live.url + cookie).status_code in (302, 404)
            assert httpx.post(live.url + cookie).status_code in (302, 403, 404)
        for path in ("/v1/", "/v1/models/"):
            httpx.get(f"{live.url}{path}{secret}", headers=sweep_key())
    assert "Not Found: /…" in live.log("web").read_text()


def sweep_key() -> dict[str, str]:
    return {"Authorization": f"Bearer {CANARIES['AUTH_TOKEN']}"}


def people(live: Product, sweep: Sweep) -> None:
    """Forms that go well and badly, then every page that a superuser can reach."""
    with httpx.Client(base_url=live.url, follow_redirects=True, timeout=60) as client:
        for password in ("wrong key", "password"):
            form = {"username": live.admin_email, "password": CANARIES[password]}
            send(client, sweep, "/accounts/login/", form)
        add = {"do": "add", "owner": "no address", "token": CANARIES["refused token"]}
        send(client, sweep, "/tokeninfo", add)
        bad = {"do": "save", "tokens": f"x {CANARIES['refused token']}"}
        send(client, sweep, "/tokeninfo", bad | {"token_list": ""})
        key = {"key": CANARIES["Admin API key"], "name": "Other", "time_zone": "UTC"}
        send(client, sweep, "/dashboard/connect/", key)
        token = {"new_secret": f"x {CANARIES['refused token']}", "alias": "x"}
        send(client, sweep, "/admin/tokens/upstreamtoken/add/", token)
        seen = sweep.crawl(client, "/dashboard/", "/admin/", "/logs", "/tokeninfo")
    expected = {"/tokeninfo", "/logs", "/admin/tokens/upstreamtoken/1/change/"}
    assert expected <= seen


def send(client: httpx.Client, sweep: Sweep, path: str, form: dict[str, str]) -> None:
    sweep.answer("page", client.get(path))
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    sweep.answer("page", client.post(path, data=form | token))


def commands(live: Product, sweep: Sweep) -> None:
    sweep.look("dump", "dumpdata", live.manage("dumpdata"))
    for command in (
        ("setup",),
        ("import_tokens",),
        ("export_tokens",),
        ("sync",),
        ("usage_report", "--format", "csv"),
    ):
        sweep.look("command", command[0], live.manage(*command, check=False))


def refused_sync(live: Product) -> bool:
    said = live.manage("shell", "-c", SYNCED)
    return int(said.split()[-1]) > 0


SYNCED = """
from dashboard.models import SyncRun
print(SyncRun.objects.exclude(error="").count())
"""


ENCODINGS = (base64.b64encode, base64.urlsafe_b64encode)


@pytest.mark.parametrize("secret", list(CANARIES.values()))
def test_the_sweep_finds_each_form_of_a_secret(secret: str) -> None:
    seen = [secret, f"'{secret[:20]}'"]
    for before in ("", "a", "ab", "abc"):
        pair = f"{before}{secret}:more".encode()
        seen += [
            base64.b64encode(pair).decode(),
            base64.urlsafe_b64encode(pair).decode(),
        ]
    for text in seen:
        sweep = Sweep({"x": secret})
        sweep.look("page", "/", text)
        assert sweep.hits == {("x", "page: /")}, text
    assert all(len(form) >= 20 for form in forms(secret))
