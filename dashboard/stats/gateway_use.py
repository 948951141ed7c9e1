"""What one person asked of the gateway."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import Count, Q, Sum

from dashboard.periods import Period, midnight
from proxy.models import GatewayRequest
from tokens.models import Team


@dataclass(frozen=True)
class GatewayUse:
    """Of one model. Tokens are counted by us where the upstream does not say."""

    model: str
    requests: int
    answered: int
    prompt_tokens: int
    completion_tokens: int


def gateway_use(team: Team, period: Period, email: str) -> list[GatewayUse]:
    """The most used model first; requests that name none have an empty one."""
    start, last = midnight(period.start), datetime.combine(period.end, time.max, UTC)
    found = GatewayRequest.objects.of(team, start, last)
    sums = (
        found.filter(owner_email=email)
        .order_by()
        .values_list("model")
        .annotate(
            requests=Count("pk"),
            answered=Count("pk", filter=Q(outcome=GatewayRequest.Outcome.OK)),
            asked=Sum("prompt_tokens"),
            said=Sum("completion_tokens"),
        )
    )
    return sorted(
        (GatewayUse(*row) for row in sums), key=lambda u: (-u.requests, u.model)
    )
