"""How the upstream tokens of a team are: health, expiry, and what they carry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from proxy.models import GatewayRequest
from tokens import checking
from tokens.health import Cause, Health, Phase
from tokens.models import Team, UpstreamToken
from tokens.poolstore import HEARD, health_of

DAY = timedelta(days=1)
Outcome = GatewayRequest.Outcome
CAUSES: dict[Cause, str | Promise] = {
    Cause.REJECTED: _("refused by the upstream"),
    Cause.QUOTA: _("its quota is used up"),
    Cause.RATE: _("rate limit"),
    Cause.FAULT: _("failures in a row"),
}


@dataclass(frozen=True)
class TokenRow:
    """`look` is the row's class: done, queued, failed or refused. `requests` and
    `failures` are those of a day."""

    token: UpstreamToken
    health: Health
    now: datetime
    under_way: int
    requests: int
    failures: int

    @property
    def phase(self) -> str:
        if self.token.state == UpstreamToken.State.DISABLED:
            return "disabled"
        if self.has_expired:
            return "expired"
        return self.health.phase(self.now)

    @property
    def look(self) -> str:
        bad = (Phase.QUARANTINE, "expired")
        if self.phase in bad:
            return "failed"
        if self.phase == "disabled":
            return "refused"
        return "done" if self.phase == Phase.READY else "queued"

    @property
    def cause(self) -> str | Promise:
        return CAUSES.get(self.health.cause, "") if self.health.cause else ""

    @property
    def models_out(self) -> list[str]:
        return sorted(m for m, t in self.health.models_out.items() if t > self.now)

    @property
    def has_expired(self) -> bool:
        at = self.token.expires_at
        return at is not None and at <= self.now

    @property
    def expires_soon(self) -> bool:
        at = self.token.expires_at
        return at is not None and at <= self.now + checking.AHEAD

    @property
    def is_checked_now(self) -> bool:
        """Somebody asked, and the job has not said anything yet."""
        due = self.token.check_at
        return due is not None and due <= self.now + checking.SENT_AGAIN_AFTER


def pool(team: Team, now: datetime, owner: str | None = None) -> list[TokenRow]:
    """Two queries. Tokens that were taken out of the files are not shown. `owner`:
    only those of this e-mail."""
    fresh = Q(loads__at__gt=now - HEARD)
    tokens = (
        UpstreamToken.objects.filter(team=team, removed_at=None)
        .select_related("upstream")
        .annotate(under_way=Sum("loads__in_flight", filter=fresh, default=0))
        .order_by("pk")
    )
    if owner is not None:
        tokens = tokens.filter(owner_email=owner)
    counts = _counts(team, now)
    return [
        TokenRow(
            t, health_of(t), now, getattr(t, "under_way", 0), *counts.get(t.pk, (0, 0))
        )
        for t in tokens
    ]


def _counts(team: Team, now: datetime) -> dict[int, tuple[int, int]]:
    """Requests and failures of the last day, by token."""
    failed = Q(outcome__in=[Outcome.FAILED, Outcome.TRUNCATED])
    rows = (
        GatewayRequest.objects.of(team, now - DAY, now)
        .exclude(upstream_token=None)
        .order_by()
        .values("upstream_token_id")
        .annotate(requests=Count("pk"), failures=Count("pk", filter=failed))
    )
    return {r["upstream_token_id"]: (r["requests"], r["failures"]) for r in rows}
