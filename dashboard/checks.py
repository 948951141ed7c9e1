"""Settings that cannot be right together stop the start with a sentence."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def several_processes_need_redis(**kwargs: Any) -> list[CheckMessage]:
    if settings.WEB_PROCESSES == 1 or settings.REDIS_URL:
        return []
    return [
        Error(
            f"WEB_PROCESSES is {settings.WEB_PROCESSES}, but several web processes "
            "cannot share counters without Redis.",
            hint="Set REDIS_URL, or WEB_PROCESSES=1.",
            id="teamgauge.E001",
        )
    ]
