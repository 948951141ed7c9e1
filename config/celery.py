"""The worker's and beat's entry point: `celery -A config …`."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# What a role writes is for this user only.
os.umask(0o077)
try:
    # Celery reads them later, and prints a traceback for a bad value.
    _ = settings.DEBUG
except ImproperlyConfigured as error:
    sys.exit(f"teamgauge: {error}")
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
