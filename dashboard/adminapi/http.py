"""One request to the Admin API: sign-in, tries, and what each status means."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import msgspec

from dashboard.adminapi.clock import clock_sentence
from dashboard.adminapi.errors import (
    AdminApiError,
    KeyMayNot,
    KeyRefused,
    NotThere,
    RequestRefused,
    Throttled,
    Unreachable,
    Unreadable,
    VendorTrouble,
    WrongAddress,
)
from dashboard.adminapi.pace import Pacer, Unpaced
from dashboard.adminapi.refusals import NOT_THE_API, where_to, why_refused

T = TypeVar("T")
log = logging.getLogger(__name__)
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
TRIES = 5
# In all, for one request: a worker that would wait longer hands its work back.
LONGEST_WAIT = 60.0
# A bucket that was asked a hair too early says so once more.
HAIR = 1.0
_decoder = msgspec.json.Decoder(float_hook=Decimal)


@dataclass
class Http:
    """JSON over HTTP with Basic auth (the key as user name, an empty password).

    `wait(seconds)` is called between tries and where `pace` asks for it; a caller that
    holds a lease renews it there. Every endpoint used here only reads, so each may be
    asked again. Redirects are not followed: the key is for one server. `clock` says
    whether our clock agreed with the last answer's, None before the first one.
    """

    base_url: str
    key: str = field(repr=False)
    transport: httpx.BaseTransport | None = None
    wait: Callable[[float], None] = time.sleep
    pace: Pacer = field(default_factory=Unpaced)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: str | None = field(init=False, default=None)
    client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.base_url,
            auth=httpx.BasicAuth(self.key, ""),
            timeout=TIMEOUT,
            transport=self.transport,
            headers={"Accept": "application/json"},
            trust_env=True,
        )

    def close(self) -> None:
        self.client.close()

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.read(method, path, body, decode=_decoder.decode)

    def read(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        decode: Callable[[bytes], T],
    ) -> T:
        """The decoded answer; raises an AdminApiError after the last try."""
        waited = 0.0
        for tried in range(1, TRIES + 1):
            waited += self._take_turn(path, waited)
            try:
                return self._once(method, path, body, decode)
            except AdminApiError as error:
                pause = self._pause_after(error, path, tried)
                too_long = waited + pause > LONGEST_WAIT
                if not error.retryable or tried == TRIES or too_long:
                    raise
                log.warning("%s Trying again in %.0f s.", error, pause)
                self.wait(pause)
                waited += pause
        raise AssertionError("the last try returns or raises")

    def _take_turn(self, path: str, waited: float) -> float:
        """Waits for its place in the minute, and says how long that took."""
        turn = 0.0
        while pause := self.pace.acquire(path):
            if waited + turn + pause > LONGEST_WAIT + HAIR:
                raise Throttled("The Admin API's rate limit is used up.", pause)
            self.wait(pause)
            turn += pause
        return turn

    def _pause_after(self, error: AdminApiError, path: str, tried: int) -> float:
        if isinstance(error, Throttled):
            error.retry_after = self.pace.throttled(path, error.retry_after)
            return error.retry_after
        return min(2.0 ** (tried - 1), LONGEST_WAIT)

    def _once(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        decode: Callable[[bytes], T],
    ) -> T:
        try:
            response = self.client.request(method, path, json=body)
        except httpx.TimeoutException:
            raise Unreachable("The Admin API did not answer in time.") from None
        except httpx.RemoteProtocolError:
            raise Unreadable("The Admin API broke off its answer.") from None
        except httpx.DecodingError:
            raise Unreadable(
                "The Admin API sent a body that does not decode."
            ) from None
        except httpx.TransportError:
            raise Unreachable("The Admin API cannot be reached.") from None
        self.clock = clock_sentence(response.headers.get("date", ""), self.now())
        asked = path.partition("?")[0]
        _raise_for_status(response, asked)
        try:
            return decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            if _is_html(response):
                raise Unreadable(NOT_THE_API.format(what="a web page")) from None
            raise Unreadable(
                f"The Admin API answered {asked} with something that is not JSON."
            ) from None


def _is_html(response: httpx.Response) -> bool:
    return "html" in response.headers.get("content-type", "").lower()


def _raise_for_status(response: httpx.Response, path: str) -> None:
    status = response.status_code
    if status < 300:
        return
    if status < 400:
        raise WrongAddress(where_to(response.headers.get("location", "")))
    if status == 401:
        raise KeyRefused(why_refused(response.text))
    if status == 403:
        raise KeyMayNot(f"The key may not read {path}.")
    if status == 404:
        raise NotThere(f"The Admin API has no {path} for this account.")
    if status == 429:
        raise Throttled(
            "The Admin API asks to slow down.", retry_after_seconds(response.headers)
        )
    if status >= 500:
        raise VendorTrouble(f"The Admin API has trouble (status {status}).")
    raise RequestRefused(f"The Admin API refused {path} (status {status}).")


def retry_after_seconds(
    headers: httpx.Headers, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> float | None:
    """`Retry-After` in seconds or as an HTTP date, at least one second."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return max(1.0, float(value))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(1.0, (aware - now()).total_seconds())
