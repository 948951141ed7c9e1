"""The settings that say how the vendor's upstreams are spoken to."""

from django.conf import settings

from proxy.upstreams import Defaults


def vendor_defaults() -> Defaults:
    return Defaults(
        client_version=settings.CURSOR_CLIENT_VERSION,
        timezone=settings.CURSOR_TIMEZONE,
        ghost_mode=settings.CURSOR_GHOST_MODE,
        slow_pool=settings.ENABLE_SLOW_POOL,
        default_instructions=settings.DEFAULT_INSTRUCTIONS,
        headers=settings.CURSOR_HEADERS,
    )
