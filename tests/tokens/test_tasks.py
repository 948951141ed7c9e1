from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from config.celery import app
from tests.tokens.conftest import AddToken
from tokens.models import UpstreamToken


def test_beat_forgets_what_was_removed_long_ago(add_token: AddToken) -> None:
    removed = timezone.now() - timedelta(days=31)
    add_token("t1", state="disabled", removed_at=removed)
    add_token("t2", state="disabled", removed_at=removed + timedelta(days=2))
    add_token("t3", state="disabled")
    entry = settings.CELERY_BEAT_SCHEDULE["forget removed tokens"]
    app.loader.import_default_modules()
    app.tasks[entry["task"]]()
    assert [row.secret.reveal() for row in UpstreamToken.objects.all()] == ["t2", "t3"]
