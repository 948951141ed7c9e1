"""What a key can read: one small request per endpoint, asked once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import httpx
import msgspec

from dashboard.adminapi.clock import clock_sentence
from dashboard.adminapi.http import LONGEST_WAIT, Http
from dashboard.adminapi.refusals import NOT_THE_API, why_refused

DAY_MS = 86_400_000
Body = dict[str, int] | None


class Found(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    WRONG_KEY = "wrong_key"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """Of one endpoint, named as its stream is. `sentence`: empty when it is OK."""

    endpoint: str
    state: Found
    sentence: str = ""


@dataclass(frozen=True)
class Probe:
    """`clock` is a sentence about a clock that is wrong, else empty."""

    findings: tuple[Finding, ...]
    clock: str = ""


@dataclass(frozen=True)
class Endpoint:
    """`holds`: keys of its answer, of which one must be there."""

    name: str
    method: str
    path: str
    holds: tuple[str, ...]
    days: int = 0

    def body(self, now_ms: int) -> Body:
        if self.method == "GET":
            return None
        page = {"page": 1, "pageSize": 1}
        start = now_ms - self.days * DAY_MS
        return page | ({"startDate": start, "endDate": now_ms} if self.days else {})


ENDPOINTS = (
    Endpoint("members", "GET", "/teams/members", ("teamMembers",)),
    Endpoint("spend", "POST", "/teams/spend", ("teamMemberSpend",)),
    Endpoint("events", "POST", "/teams/filtered-usage-events", ("usageEvents",), 1),
    Endpoint("daily", "POST", "/teams/daily-usage-data", ("data",), 1),
    Endpoint("blocklists", "GET", "/settings/repo-blocklists/repos", ("repos",)),
    Endpoint("audit", "GET", "/teams/audit-logs?pageSize=1", ("events", "auditLogs")),
    Endpoint("groups", "GET", "/teams/groups", ("groups",)),
)


def probe(http: Http, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Probe:
    """Nothing is tried twice, and no endpoint after one that could not be reached."""
    asking = _Asking(http, now)
    findings = tuple(asking.all())
    return Probe(_of_the_address(findings), asking.clock)


class _Asking:
    def __init__(self, http: Http, now: Callable[[], datetime]) -> None:
        self._http, self._now = http, now
        self.clock = ""

    def all(self) -> Iterator[Finding]:
        unreachable = ""
        for endpoint in ENDPOINTS:
            if unreachable:
                yield Finding(endpoint.name, Found.UNKNOWN, unreachable)
                continue
            try:
                yield _finding(endpoint, self._ask(endpoint))
            except httpx.HTTPError:
                unreachable = "The Admin API cannot be reached."
                yield Finding(endpoint.name, Found.UNKNOWN, unreachable)

    def _ask(self, endpoint: Endpoint) -> httpx.Response:
        if pause := self._http.pace.acquire(endpoint.path):
            self._http.wait(min(pause, LONGEST_WAIT))
        body = endpoint.body(int(self._now().timestamp() * 1000))
        response = self._http.client.request(endpoint.method, endpoint.path, json=body)
        self.clock = clock_sentence(response.headers.get("date", ""), self._now())
        return response


def _finding(endpoint: Endpoint, response: httpx.Response) -> Finding:
    status, path = response.status_code, endpoint.path.partition("?")[0]
    state, sentence = Found.UNKNOWN, ""
    if status < 300:
        return _of_body(endpoint, response)
    if status == 401:
        state, sentence = Found.WRONG_KEY, why_refused(response.text)
    elif status == 403:
        state, sentence = Found.REFUSED, f"The key may not read {path}."
    elif status == 404:
        state = Found.GONE
        sentence = f"The Admin API has no {path} for this account."
    elif status == 429:
        sentence = "The Admin API asks to slow down; try again in a minute."
    elif status >= 500:
        sentence = f"The Admin API has trouble (status {status})."
    else:
        sentence = f"The Admin API refused {path} (status {status})."
    return Finding(endpoint.name, state, sentence)


def _of_body(endpoint: Endpoint, response: httpx.Response) -> Finding:
    try:
        answer = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = None
    if isinstance(answer, dict) and any(key in answer for key in endpoint.holds):
        return Finding(endpoint.name, Found.OK)
    is_page = "html" in response.headers.get("content-type", "").lower()
    what = "a web page" if is_page else "something else than its lists"
    sentence = NOT_THE_API.format(what=what)
    return Finding(endpoint.name, Found.UNKNOWN, sentence)


def _of_the_address(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Nothing there at all says something about the address, not about the account."""
    if any(finding.state is not Found.GONE for finding in findings):
        return findings
    sentence = NOT_THE_API.format(what="“not found” everywhere")
    return tuple(replace(f, state=Found.UNKNOWN, sentence=sentence) for f in findings)
