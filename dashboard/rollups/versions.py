"""The number that grows with every change of a team's sums."""

from django.db.models import F
from django.utils import timezone

from dashboard.models import DataVersion
from tokens.models import Team


def changed(team: Team) -> None:
    """Holds the row's lock to the end of the transaction: who builds months waits."""
    now = timezone.now()
    rows = DataVersion.objects.filter(team=team)
    if not rows.update(number=F("number") + 1, changed_at=now):
        DataVersion.objects.get_or_create(team=team)
        rows.update(number=F("number") + 1, changed_at=now)
