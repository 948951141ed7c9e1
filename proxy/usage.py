"""The record of a request: what is measured on the way, and the row at the end."""

import asyncio
import time
import weakref
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from proxy.auth import Caller
from proxy.chat import Chat
from proxy.errors import GatewayError, UpstreamFailed
from proxy.models import GatewayRequest
from proxy.offload import shielded
from proxy.rows import Writer
from proxy.upstream.vocabulary import (
    Failed,
    Finished,
    Heard,
    Native,
    Prompt,
    Restarted,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)
from tokens.models import ApiKey

Outcome = GatewayRequest.Outcome
BYTES_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4
CALLER_GONE = 499
# A key's time of last use is good to the minute: one write fewer per request.
LAST_USE = timedelta(minutes=1)
# What changes from when a row is first written to the request's end.
TOLD = (
    "upstream_token",
    "status",
    "outcome",
    "error_code",
    "prompt_tokens",
    "completion_tokens",
    "tokens_estimated",
    "first_token_ms",
    "duration_ms",
    "process",
)


def estimate(size: int) -> int:
    """Tokens in so many bytes of UTF-8, rounded up.

    StreamChat counts nothing for us. Four bytes are about one token for English and
    for code, and three bytes, one Chinese letter, about three quarters of one.
    """
    return -(-size // BYTES_PER_TOKEN)


def estimate_prompt(prompt: Prompt) -> int:
    texts = [message.text for message in prompt.messages]
    texts += [call.arguments for said in prompt.messages for call in said.tool_calls]
    texts += [tool.description + tool.parameters for tool in prompt.tools]
    counted = sum(estimate(len(text.encode())) for text in texts)
    return counted + TOKENS_PER_MESSAGE * len(prompt.messages)


def estimate_prompts(prompts: Iterable[Prompt]) -> int:
    """Each kind reads the same request; what it leaves out, it does not count."""
    return max(map(estimate_prompt, prompts), default=0)


@dataclass(slots=True)
class Record:
    """Becomes one `GatewayRequest`. Begins as cancelled: whoever ends it otherwise
    says so. `committed` is set once the caller has been sent a status; `told` is what
    `under_way` knows of when the tables heard of it."""

    request_id: str
    caller: Caller
    model: str = ""
    stream: bool = False
    status: int = CALLER_GONE
    outcome: str = Outcome.CANCELLED
    error_code: str = ""
    token_id: int | None = None
    prompt_tokens: int = 0
    answer_bytes: int = 0
    counted: Usage | None = None
    first_token_ms: int | None = None
    duration_ms: int = 0
    committed: bool = False
    told: tuple[bool, int] | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began: float = field(default_factory=time.monotonic)

    def see(self, event: Heard) -> None:
        match event:
            case TextDelta(text) | ThinkingDelta(text) | ToolCallDelta(arguments=text):
                self._count(len(text.encode()))
            case Native(text_bytes=size) if size:
                self._count(size)
            case Usage():
                self.counted = event
            case Restarted():  # The row tells of the answer that the caller got.
                self.answer_bytes, self.counted, self.first_token_ms = 0, None, None
            case Finished():
                self.status, self.outcome = 200, Outcome.OK
            case Failed():
                self._fail(event)

    def _count(self, size: int) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = self.elapsed_ms()
        self.answer_bytes += size

    def _fail(self, failed: Failed) -> None:
        answered = self.first_token_ms is not None
        self.outcome = Outcome.TRUNCATED if answered else Outcome.FAILED
        self.error_code = failed.code
        self.status = 200 if self.committed else UpstreamFailed(failed).status

    def refuse(self, error: GatewayError) -> None:
        self.status, self.outcome = error.status, Outcome.REFUSED
        self.error_code = error.code or ""

    def break_off(self) -> None:
        """A bug of ours: the caller gets a 500, or a stream that ends in an error."""
        self.status = 200 if self.committed else 500
        self.outcome, self.error_code = Outcome.FAILED, "internal_error"

    def usage(self) -> Usage:
        """As the upstream counted, else as we estimate."""
        return self.counted or Usage(self.prompt_tokens, estimate(self.answer_bytes))

    def elapsed_ms(self) -> int:
        return int((time.monotonic() - self._began) * 1000)


# By request id, those of this process whose end is still to come.
OPEN: dict[str, Record] = {}


async def recorded(chat: Chat, record: Record) -> AsyncGenerator[Heard, None]:
    """The chat's events, measured; the row is written however this ends."""
    OPEN[record.request_id] = record
    try:
        async with aclosing(chat.events()) as events:
            async for event in events:
                record.token_id = chat.token_id
                record.see(event)
                yield event
    except GatewayError as error:
        record.refuse(error)
        raise
    except Exception:
        record.break_off()
        raise
    finally:
        record.token_id = chat.token_id
        # Before its row is on its way, or the table would hear of it as open again.
        del OPEN[record.request_id]
        await shielded(write(record))


async def write(record: Record) -> None:
    """Write the row; while the database is gone the row waits, and the answer not."""
    if record.outcome == Outcome.CANCELLED and record.committed:
        record.status = 200
    record.duration_ms = record.elapsed_ms()
    await _writer().write(record)


_writers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Writer[Record]] = (
    weakref.WeakKeyDictionary()
)


def _writer() -> Writer[Record]:
    loop = asyncio.get_running_loop()
    if loop not in _writers:
        _writers[loop] = Writer(insert)
    return _writers[loop]


def insert(records: Sequence[Record]) -> None:
    """Several rows in one transaction, over those that were there before the end."""
    with transaction.atomic():
        put(row(record) for record in records)
        for pk, used in _last_uses(records).items():
            stale = Q(last_used_at=None) | Q(last_used_at__lt=used - LAST_USE)
            ApiKey.objects.filter(stale, pk=pk).update(last_used_at=used)


def _last_uses(records: Sequence[Record]) -> dict[int, datetime]:
    """In the order of the keys, so that two processes never wait for each other."""
    uses = [(r.caller.key.pk, r.started_at) for r in records if r.caller.key]
    return dict(sorted(uses))


def put(rows: Iterable[GatewayRequest]) -> None:
    """Write them, or write them over what the table knew of these requests."""
    GatewayRequest.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["request_id"], update_fields=TOLD
    )


def row(record: Record) -> GatewayRequest:
    usage = record.usage()
    return GatewayRequest(
        request_id=record.request_id,
        team=record.caller.team,
        api_key=record.caller.key,
        caller=record.caller.label,
        owner_email=record.caller.owner_email,
        upstream_token_id=record.token_id,
        # PostgreSQL takes no NUL, and a refused request's model can be anything.
        model=record.model.replace("\0", "")[:100],
        stream=record.stream,
        status=record.status,
        outcome=record.outcome,
        error_code=record.error_code[:100],
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        tokens_estimated=record.counted is None,
        started_at=record.started_at,
        first_token_ms=record.first_token_ms,
        duration_ms=record.duration_ms,
    )
