"""What can go wrong between us and the Admin API.

AdminApiError
├── Unreachable     no answer: name, connection, TLS or time-out        retryable
├── Throttled       429; `retry_after` in seconds where given           retryable
├── VendorTrouble   5xx                                                 retryable
├── Unreadable      HTML, half a body, or JSON of another shape         retryable
│   └── NoneReadable  rows came, and not one of them can be read      retryable
├── PagesMoved      rows moved between pages while we read them         retryable
├── KeyRefused      401: wrong, revoked, or somebody's personal key
├── KeyMayNot       403: the key is right but may not read this
├── WrongAddress    3xx: the API lives elsewhere, if it does at all
├── NotThere        404: this account has no such endpoint
└── RequestRefused  any other 4xx: the vendor did not like our request

Each message is one sentence for people. It never holds the key.
"""


class AdminApiError(Exception):
    retryable = False
    retry_after: float | None = None


class Unreachable(AdminApiError):
    retryable = True


class Throttled(AdminApiError):
    retryable = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class VendorTrouble(AdminApiError):
    retryable = True


class Unreadable(AdminApiError):
    retryable = True


class NoneReadable(Unreadable):
    pass


class PagesMoved(AdminApiError):
    retryable = True


class KeyRefused(AdminApiError):
    pass


class KeyMayNot(AdminApiError):
    pass


class WrongAddress(AdminApiError):
    pass


class NotThere(AdminApiError):
    pass


class RequestRefused(AdminApiError):
    pass
