"""Upstreams of each kind at a product's simulator, with a model of its own each."""

import httpx

from tests.live import Product

# Callers' names, and the simulator's own.
PROVIDED = {"provided": "gpt-4o", "gpt-6-astra": "gpt-4o"}
ROWS = """
from proxy.models import OfferedModel
from tokens.crypto import fingerprint
from tokens.models import Team, Upstream, UpstreamToken
older = Upstream.objects.get(kind="streamchat", base_url="{url}")
OfferedModel.objects.create(name="older", upstream=older)
for kind, models in (("openai", {provided!r}), ("unified", {{"newer": ""}})):
    url = "{url}" + ("/v1" if kind == "openai" else "")
    upstream = Upstream.objects.create(name=kind, kind=kind, base_url=url)
    for name, there in models.items():
        OfferedModel.objects.create(name=name, upstream=upstream, upstream_name=there)
    secret = f"secret-of-{{kind}}"
    UpstreamToken.objects.create(
        team=Team.objects.default(), upstream=upstream, secret=secret,
        machine_id="a" * 64, fingerprint=fingerprint(secret),
    )
"""


def add(live: Product) -> None:
    """`older` (kind `streamchat`), `newer` (`unified`) and `provided` (`openai`)."""
    rows = ROWS.format(url=live.simulator_url, provided=PROVIDED)
    live.manage("shell", "-c", rows)
    for kind in ("openai", "unified"):
        url = f"{live.simulator_url}/_sim/tokens"
        httpx.post(url, json={"token": f"secret-of-{kind}"}).raise_for_status()
