"""What a key can read: one small request per endpoint, asked once."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import httpx
import msgspec

from dashboard.adminapi.clock import clock_sentence
from dashboard.adminapi.http import Http, retry_after_seconds
from dashboard.adminapi.refusals import NOT_THE_API, where_to, why_refused

DAY_MS = 86_400_000
Body = dict[str, int] | None

# A vendor that asks for a thousand years is asked again in an hour.
AN_HOUR = 3600.0


class Found(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    WRONG_KEY = "wrong_key"
    GONE = "gone"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why an endpoint could not be read: where to look."""

    NONE = ""
    KEY = "key"
    RIGHTS = "rights"
    ABSENT = "absent"
    PACE = "pace"
    VENDOR = "vendor"
    REQUEST = "request"
    ADDRESS = "address"
    NETWORK = "network"


@dataclass(frozen=True)
class Finding:
    """Of one endpoint, named as its stream is. `sentence`: empty when it is OK.
    `retry_after`: seconds, where the vendor or our own pace said so."""

    endpoint: str
    state: Found
    reason: Reason = Reason.NONE
    sentence: str = ""
    retry_after: float | None = None


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


def probe(
    http: Http,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    only: Collection[str] | None = None,
) -> Probe:
    """Nothing is tried twice, and no endpoint after one that could not be reached.
    `only`: names of endpoints."""
    asking = _Asking(http, now)
    wanted = [one for one in ENDPOINTS if only is None or one.name in only]
    findings = tuple(asking.all(wanted))
    return Probe(_of_the_address(findings), asking.clock)


class _Asking:
    def __init__(self, http: Http, now: Callable[[], datetime]) -> None:
        self._http, self._now = http, now
        self.clock = ""

    def all(self, endpoints: Iterable[Endpoint]) -> Iterator[Finding]:
        is_reachable = True
        for endpoint in endpoints:
            if pause := self._http.pace.acquire(endpoint.path):
                yield _slow_down(endpoint, pause)
                continue
            try:
                response = self._ask(endpoint) if is_reachable else None
            except httpx.HTTPError:
                response, is_reachable = None, False
            yield _finding(endpoint, response) if response else _unreachable(endpoint)

    def _ask(self, endpoint: Endpoint) -> httpx.Response:
        body = endpoint.body(int(self._now().timestamp() * 1000))
        response = self._http.client.request(endpoint.method, endpoint.path, json=body)
        self.clock = clock_sentence(response.headers.get("date", ""), self._now())
        if response.status_code == 429:
            said = retry_after_seconds(response.headers, self._now)
            self._http.pace.throttled(endpoint.path, said)
        return response


def _finding(endpoint: Endpoint, response: httpx.Response) -> Finding:
    status, path = response.status_code, endpoint.path.partition("?")[0]
    if status < 300:
        return _of_body(endpoint, response)
    if status == 429:
        return _slow_down(endpoint, retry_after_seconds(response.headers))
    state, reason = Found.UNKNOWN, Reason.REQUEST
    sentence = f"The Admin API refused {path} (status {status})."
    if status < 400:
        reason, sentence = (
            Reason.ADDRESS,
            where_to(response.headers.get("location", "")),
        )
    elif status == 401:
        state, reason = Found.WRONG_KEY, Reason.KEY
        sentence = why_refused(response.text)
    elif status == 403:
        state, reason = Found.REFUSED, Reason.RIGHTS
        sentence = f"The key may not read {path}."
    elif status == 404:
        state, reason = Found.GONE, Reason.ABSENT
        sentence = f"The Admin API has no {path} for this account."
    elif status >= 500:
        reason = Reason.VENDOR
        sentence = f"The Admin API has trouble (status {status})."
    return Finding(endpoint.name, state, reason, sentence)


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
    return Finding(endpoint.name, Found.UNKNOWN, Reason.ADDRESS, sentence)


def _slow_down(endpoint: Endpoint, retry_after: float | None) -> Finding:
    sentence = "The Admin API asks to slow down; this is tried again by itself."
    pause = None if retry_after is None else min(retry_after, AN_HOUR)
    return Finding(endpoint.name, Found.UNKNOWN, Reason.PACE, sentence, pause)


def _unreachable(endpoint: Endpoint) -> Finding:
    sentence = "The Admin API cannot be reached."
    return Finding(endpoint.name, Found.UNKNOWN, Reason.NETWORK, sentence)


def _of_the_address(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Nothing there at all, not even members, says something about the address."""
    named = {finding.endpoint for finding in findings}
    gone = all(finding.state is Found.GONE for finding in findings)
    if not gone or "members" not in named:
        return findings
    said = NOT_THE_API.format(what="“not found” everywhere")
    return tuple(
        replace(f, state=Found.UNKNOWN, reason=Reason.ADDRESS, sentence=said)
        for f in findings
    )
