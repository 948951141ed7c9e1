"""What the vendor's own billing groups cost, beside the local groups of their names."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Sum

from dashboard.models import GroupDay
from dashboard.periods import Period
from tokens.models import Team


@dataclass(frozen=True)
class VendorGroup:
    """Exact cents of the `days` that the vendor told. An empty `group_id` is what
    belongs to none of its groups. `local`: cents of the local group of that name."""

    group_id: str
    name: str
    cents: Decimal
    days: int
    local: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.local is None else self.local - self.cents


def vendor_groups(
    team: Team, period: Period, local: Iterable[tuple[str, Decimal]], nobodys: Decimal
) -> list[VendorGroup]:
    """By name, what is in no group last. `local`: names and cents. One query."""
    told = GroupDay.objects.filter(
        group__team=team, user_id="", day__range=(period.start, period.end)
    )
    rows = (
        told.order_by()
        .values_list("group__group_id")
        .annotate(Max("group__name"), Sum("spend_cents"), Count("day", distinct=True))
    )
    cents = {name.casefold(): amount for name, amount in local}
    found = [
        VendorGroup(
            number,
            name,
            spent,
            days,
            cents.get(name.casefold()) if number else nobodys,
        )
        for number, name, spent, days in rows
    ]
    return sorted(found, key=lambda one: (not one.group_id, one.name.casefold()))
