"""Everything that can go wrong between us and an upstream.

UpstreamError
├── Unreachable            no connection, or it broke before an answer
├── TimedOut               no byte for as long as we wait
├── BadAnswer              something answered, but not this API
│   ├── UnexpectedStatus   an HTTP status other than 200
│   └── BadEnvelope        the framing is broken, too large or not understood
├── CutStream              the answer stopped before its end
├── EmptyAnswer            the answer ended well and held no text
└── Refused                the upstream said no, in its own words

None of them leaves the upstream package as an exception: the client turns each into
the stream's last event with `failed()`.
"""

from typing import ClassVar

from proxy.upstream.vocabulary import Credential, Failed


class UpstreamError(Exception):
    """The base; `message`, `code` and `param` may be in the upstream's own words."""

    status: int = 502
    code: str = "upstream_error"
    retryable: bool = True
    blames_token: bool = False
    token_is_dead: bool = False
    retry_after: int | None = None
    param: str | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def failed(self, credential: Credential) -> Failed:
        """What may be told to a caller and written down: nothing of the credential."""
        hide = credential.hidden_in
        return Failed(
            status=self.status,
            code=hide(self.code),
            message=hide(self.message),
            retryable=self.retryable,
            blames_token=self.blames_token,
            token_is_dead=self.token_is_dead,
            retry_after=self.retry_after,
            param=None if self.param is None else hide(self.param),
        )


class Unreachable(UpstreamError):
    """No connection could be made, or it broke before the answer began."""

    code = "upstream_unreachable"


class TimedOut(UpstreamError):
    """The upstream said nothing for as long as we are willing to wait."""

    status = 504
    code = "upstream_timeout"


class BadAnswer(UpstreamError):
    """Something answered that does not speak this API: a proxy's page, a typo."""

    code = "upstream_bad_answer"
    retryable = False


class UnexpectedStatus(BadAnswer):
    """An HTTP status other than 200 with no error that we can read in its body.

    It may come from a proxy on the way, so it never says that a token is dead.
    """

    RETRYABLE: ClassVar[frozenset[int]] = frozenset({408, 429, 500, 502, 503, 504})

    def __init__(
        self, status: int, message: str, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.code = f"upstream_http_{status}"
        self.blames_token = status in (401, 402, 403, 429)
        self.retryable = self.blames_token or status in self.RETRYABLE


class BadEnvelope(BadAnswer):
    """The framing is broken, larger than we accept, or of a kind we do not know."""

    code = "upstream_bad_envelope"


class CutStream(UpstreamError):
    """The connection closed before the end-of-stream envelope came."""

    code = "upstream_cut"


class EmptyAnswer(UpstreamError):
    """A well-formed end without a single character of text before it."""

    code = "upstream_empty_answer"


class Refused(UpstreamError):
    """The upstream's own error, told in its own words."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        retryable: bool,
        blames_token: bool = False,
        token_is_dead: bool = False,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.param = status, param
        self.code = code
        self.retryable = retryable
        self.blames_token = blames_token
        self.token_is_dead = token_is_dead
