"""When the product runs on the simulator's data, and the names it does that under."""

from django.conf import settings
from django.db import connection

from tokens.models import Team, UpstreamToken

TEAM_SLUG = "demo"
ADMIN_KEY = "demo-admin-key"
UPSTREAM_TOKEN = "demo-upstream-token"
UPSTREAM_NAME = "Demo simulator"


def demo_is_on() -> bool:
    """`DEMO`, and for `auto`: on while nothing real is configured, in the environment
    or in the tables. Readable before the first migration."""
    if settings.DEMO != "auto":
        return bool(settings.DEMO == "on")
    if settings.CURSOR_ADMIN_API_KEY or settings.CURSOR_CHAT_API_URL:
        return False
    if Team._meta.db_table not in connection.introspection.table_names():
        return True
    return not (
        Team.objects.real().exclude(sync_key="").exists()
        or UpstreamToken.objects.filter(team__is_demo=False).exists()
    )
