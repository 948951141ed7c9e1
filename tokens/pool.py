"""The pool of upstream tokens: lease one, say what became of it, give it back.

The tables hold what all processes must agree on, the health of each token, and it is
changed by compare-and-set. What a process may guess, how busy each token is and what
its neighbours know, it keeps in memory and looks up again twice a second; so most
leases cost no query. A stale guess can only cost a try on another token: nobody is
turned away without a fresh look.
"""

import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from tokens import checksum, poolstore
from tokens.checksum import MachineIds
from tokens.choosing import Candidate, Nothing, Wanted, choose
from tokens.crypto import SecretUnreadable
from tokens.health import (
    Cause,
    Health,
    Phase,
    answered,
    failed,
    gave_up,
    probe,
    restored,
)
from tokens.models import Team, UpstreamToken

FRESH = timedelta(milliseconds=500)
# Teams whose tokens are kept in memory.
TEAMS = 100
RACES = 20
FOREVER = 10**9  # seconds


@dataclass(frozen=True, slots=True)
class Lease:
    """A token for one request, and where to go with it."""

    token_id: int
    upstream_id: int
    kind: str
    base_url: str
    options: Mapping[str, object]
    secret: str = field(repr=False)
    checksum: str = field(repr=False)
    model: str = ""
    at: datetime = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """A team's tokens as they were read."""

    candidates: Sequence[Candidate]
    read_at: datetime


class Pool:
    """One per process. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self.clock = clock
        self.process = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._under_way: Counter[int] = Counter()
        self._used: dict[int, datetime] = {}
        self._unpublished: set[int] = set()

    def rename(self) -> None:
        """A forked process has its parent's name, and its siblings have the same."""
        self.process = uuid.uuid4().hex

    def lease(self, team: Team, wanted: Wanted) -> Lease | Nothing:
        """The token whose turn it is; give it back with `release`. Asks the database
        where memory is too old or the choice needs the others' consent."""
        if lease := self.lease_from_memory(team.pk, wanted):
            return lease
        for _ in range(RACES):
            known = self._look_up(team.pk)
            found = self._choose(known, wanted)
            if isinstance(found, Nothing):
                return found
            if lease := self._take(found, wanted.model):
                return lease
        return Nothing(wait=1)

    def lease_from_memory(self, team_id: int, wanted: Wanted) -> Lease | None:
        """Without a query, or None."""
        known, now = self._known.get(team_id), self.clock()
        if known is None or not timedelta() <= now - known.read_at <= FRESH:
            return None
        found = self._choose(known, wanted)
        if isinstance(found, Nothing) or found.health.phase(now) is not Phase.READY:
            return None
        try:
            return self._begin(found, wanted.model)
        except SecretUnreadable:
            return None

    def answered(self, lease: Lease) -> None:
        """The upstream began to answer."""
        self._change(lease, lambda health: answered(health, lease.at))

    def is_well(self, lease: Lease) -> bool:
        """Is there nothing that `answered` could clear? By memory: a stale one costs
        a query more, or a recovery with the next answer."""
        for known in list(self._known.values()):
            for candidate in known.candidates:
                if candidate.token_id == lease.token_id:
                    health = candidate.health
                    return health == Health(models_out=health.models_out)
        return False

    def gave_up(self, lease: Lease) -> None:
        """The request ended, and nothing was learnt of its token."""
        self._change(lease, lambda health: gave_up(health, lease.at))

    def failed(
        self, lease: Lease, cause: Cause, reason: str, wait: int | None = None
    ) -> None:
        """`wait` is in seconds, where the upstream named a time."""
        now = self.clock()
        named = None if wait is None else timedelta(seconds=min(wait, FOREVER))

        def change(health: Health) -> Health:
            return failed(
                health, cause, now, leased_at=lease.at, model=lease.model, wait=named
            )

        self._change(lease, change, reason)

    def release(self, lease: Lease) -> None:
        with self._lock:
            self._under_way[lease.token_id] -= 1
            if self._under_way[lease.token_id] <= 0:
                del self._under_way[lease.token_id]

    def publish(self) -> bool:
        """Tell the other processes how busy this one is; False once it is idle."""
        with self._lock:
            under_way = dict(self._under_way)
            used = {pk: self._used[pk] for pk in self._unpublished}
            self._unpublished.clear()
        poolstore.publish(self.process, under_way, used, self.clock())
        return bool(under_way)

    def under_way(self) -> int:
        """Requests of this process that hold a token."""
        return self._under_way.total()

    def forget(self) -> None:
        """Look everything up again, as after a change by somebody."""
        with self._lock:
            self._known.clear()

    def _look_up(self, team_id: int) -> Known:
        now = self.clock()
        known = Known(poolstore.read(team_id, self.process, now), now)
        with self._lock:
            self._known[team_id] = known
            self._known.move_to_end(team_id)
            while len(self._known) > TEAMS:
                self._known.popitem(last=False)
        return known

    def _choose(self, known: Known, wanted: Wanted) -> Candidate | Nothing:
        with self._lock:
            return choose(
                known.candidates, wanted, self.clock(), self._under_way, self._used
            )

    def _take(self, found: Candidate, model: str) -> Lease | None:
        """None if another process was quicker, or the secret cannot be opened."""
        now = self.clock()
        if found.health.phase(now) is Phase.HALF_OPEN:
            probing = probe(found.health, now)
            if not poolstore.write(found.token_id, found.version, probing):
                return None
        try:
            return self._begin(found, model)
        except SecretUnreadable as error:
            closed = Lease(found.token_id, 0, "", "", {}, "", "", at=now)
            self.failed(closed, Cause.REJECTED, str(error))
            return None

    def _begin(self, found: Candidate, model: str) -> Lease:
        now = self.clock()
        ids = MachineIds(found.machine_id, found.mac_id)
        lease = Lease(
            token_id=found.token_id,
            upstream_id=found.upstream.id,
            kind=found.upstream.kind,
            base_url=found.upstream.base_url,
            options=found.upstream.options,
            secret=found.secret.reveal(),
            checksum=checksum.stamp(ids, now.timestamp()),
            model=model,
            at=now,
        )
        with self._lock:
            self._under_way[found.token_id] += 1
            self._used[found.token_id] = now
            self._unpublished.add(found.token_id)
        return lease

    def _change(
        self, lease: Lease, how: Callable[[Health], Health], reason: str = ""
    ) -> None:
        if poolstore.change(lease.token_id, how, reason):
            self.forget()


POOL = Pool()


def opened(token: UpstreamToken) -> Lease:
    """The token's secret with a checksum of now, for a check: it is not counted, and
    its owner's or its health's word is not asked. Raises SecretUnreadable."""
    now = timezone.now()
    ids = MachineIds(token.machine_id, token.mac_id)
    return Lease(
        token_id=token.pk,
        upstream_id=token.upstream_id,
        kind=token.upstream.kind,
        base_url=token.upstream.base_url,
        options=token.upstream.options,
        secret=token.secret.reveal(),
        checksum=checksum.stamp(ids, now.timestamp()),
        at=now,
    )


def revive(token: UpstreamToken) -> None:
    """A check went well, or the secret is a new one: the token takes part again,
    unless it is switched off."""
    poolstore.change(token.pk, restored)
    poolstore.clear(token)
    POOL.forget()
