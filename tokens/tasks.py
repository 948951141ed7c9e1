"""Celery's door to what the tokens need now and then."""

from celery import shared_task

from tokens import roster


@shared_task
def forget_removed() -> None:
    """Delete the tokens that were removed 30 days ago."""
    roster.forget_removed()
