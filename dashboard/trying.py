"""Try a key before it is kept, and say in which field the trouble is."""

from contextlib import closing

from django.utils.translation import gettext_lazy as _

from dashboard.adminapi.http import Http
from dashboard.adminapi.probe import Finding, Found, Probe, probe

NOTHING = _(
    "The Admin API takes this key but lets it read nothing of a team. Make a key with "
    "the right to read the Admin API."
)


class KeyProblem(Exception):
    """The key is not to be kept. `field`: what to look at, empty when it is neither
    the key nor the address."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def try_key(url: str, key: str) -> Probe:
    """What the key got from each endpoint. Raises KeyProblem when none can be read."""
    with closing(Http(url, key)) as http:
        found = probe(http)
    if not any(finding.state is Found.OK for finding in found.findings):
        raise _problem(found.findings)
    return found


def _problem(findings: tuple[Finding, ...]) -> KeyProblem:
    wrong = next((f for f in findings if f.state is Found.WRONG_KEY), None)
    if wrong:
        return KeyProblem("key", wrong.sentence)
    unknown = next((f for f in findings if f.state is Found.UNKNOWN), None)
    if unknown is None:
        return KeyProblem("key", str(NOTHING))
    elsewhere = "address" in unknown.sentence or "reached" in unknown.sentence
    return KeyProblem("admin_api_url" if elsewhere else "", unknown.sentence)
