"""Sums of the live events per day, person, model and kind, rebuilt for touched days.

Always called in the transaction that changed the events: readers see both or neither.
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from dashboard.models import CentsField, UsageEvent, UsageRollup
from tokens.models import Team

KEY = ("day", "email", "model", "kind")
COUNTS = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")


def rebuild(team: Team, days: Collection[date]) -> None:
    """Afterwards the rollups of these UTC days equal their events."""
    if not days:
        return
    UsageRollup.objects.filter(team=team, day__in=days).delete()
    UsageRollup.objects.bulk_create(
        (UsageRollup(team=team, **row) for row in sums(team, days)), batch_size=500
    )


def sums(team: Team, days: Collection[date]) -> list[dict[str, object]]:
    """One dict a key: the columns of a rollup."""
    cents = CentsField()
    return list(
        UsageEvent.objects.live()
        .filter(team=team, day__in=days)
        .order_by()
        .values(*KEY)
        .annotate(
            events=Count("pk"),
            unpriced_events=Count("pk", filter=Q(cost_cents=None)),
            charged_cents=Coalesce(Sum("cost_cents"), 0, output_field=cents),
            **{
                "requests_costs": Coalesce(
                    Sum("requests_costs"), 0, output_field=CentsField()
                )
            },
            **{name: Coalesce(Sum(name), 0) for name in COUNTS},
        )
    )
