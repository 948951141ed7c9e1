"""Try a key before it is kept, and say in which field the trouble is."""

from contextlib import closing

import httpx
from django.utils.translation import gettext_lazy as _

from dashboard.adminapi.http import Http
from dashboard.adminapi.probe import Finding, Found, Probe, Reason, probe

NOTHING = _(
    "The Admin API takes this key but lets it read nothing of a team. Make a key with "
    "the right to read the Admin API."
)
NO_ADDRESS = _("This is not the address of a server.")

# Where to look for each reason, the most telling one first. The key is right, and reads
# nothing, when none of these is among them.
FIELDS = {
    Reason.KEY: "key",
    Reason.ADDRESS: "admin_api_url",
    Reason.NETWORK: "admin_api_url",
    Reason.PACE: "",
    Reason.VENDOR: "",
    Reason.REQUEST: "",
}


class KeyProblem(Exception):
    """The key is not to be kept. `field`: what to look at, empty when it is neither
    the key nor the address."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def try_key(url: str, key: str) -> Probe:
    """What the key got from each endpoint. Raises KeyProblem when none can be read."""
    try:
        with closing(Http(url, key)) as http:
            found = probe(http)
    except (httpx.InvalidURL, UnicodeError):
        raise KeyProblem("admin_api_url", str(NO_ADDRESS)) from None
    if not any(finding.state is Found.OK for finding in found.findings):
        raise _problem(found.findings)
    return found


def _problem(findings: tuple[Finding, ...]) -> KeyProblem:
    """Of several reasons the one that says most."""
    by_reason = {finding.reason: finding for finding in reversed(findings)}
    for reason, field in FIELDS.items():
        if reason in by_reason:
            return KeyProblem(field, by_reason[reason].sentence)
    return KeyProblem("key", str(NOTHING))
