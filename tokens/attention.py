"""Open and clear what somebody should look at (`tokens.models.Attention`)."""

from django.utils import timezone

from tokens.models import Attention, Team


def open_attention(team: Team, kind: str, subject: str, text: str) -> None:
    """One open row per team, kind and subject; its text is the newest."""
    Attention.objects.update_or_create(
        team=team,
        kind=kind,
        subject=subject,
        cleared_at=None,
        defaults={"text": text[:500]},
    )


def clear_attention(team: Team, kind: str, subject: str) -> None:
    Attention.objects.filter(
        team=team, kind=kind, subject=subject, cleared_at=None
    ).update(cleared_at=timezone.now())
