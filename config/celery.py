"""The worker's and beat's entry point: `celery -A config …`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("teamgauge")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Connected, it keeps Celery from replacing the logging of the settings."""


@beat_init.connect
def sweep_at_once(**kwargs: Any) -> None:
    """A fresh start should not wait a period for its first look at what is due."""
    app.send_task("dashboard.tasks.sweep", expires=60)
