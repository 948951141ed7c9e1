"""What is wrong with the computer that a sync runs on, with what to do about it."""

import shutil
from pathlib import Path

from django.utils.translation import gettext as _

from tokens.models import Attention, Team

LITTLE_ROOM = 200 * 1024 * 1024


def troubles(team: Team, data_dir: Path) -> list[str]:
    """Sentences. A worker whose disk is full may be unable to leave one: so the room
    is looked at here, too."""
    clock = Attention.objects.filter(team=team, kind="clock", cleared_at=None)
    found = list(clock.values_list("text", flat=True))
    free = shutil.disk_usage(data_dir).free
    return [*found, _no_room(free)] if free < LITTLE_ROOM else found


def _no_room(free: int) -> str:
    return _(
        "The disk that holds DATA_DIR has %(free)d MB left. Free some space, or "
        "nothing more can be written; the sync then goes on by itself."
    ) % {"free": free // (1024 * 1024)}
