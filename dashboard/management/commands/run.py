"""`manage.py run`: set up, then start every role of the Procfile together."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from honcho import manager as honcho
from honcho.compat import ProcessManager
from honcho.environ import parse_procfile

from dashboard.demo import demo_is_on
from tokens import ports

PATIENCE = 120  # seconds that the web role may take to answer first
# Seconds until a role that does not end is killed: an idle worker on the file queue
# takes six, more than honcho would wait, and a container gets ten.
honcho.KILL_WAIT = 9


class Command(BaseCommand):
    help = "Set up, then start web, worker and beat (and the demo's simulator)."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_busy_ports()
        call_command("setup")
        roles = parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes
        if not demo_is_on():
            del roles["simulator"]
        sys.exit(run(roles))


def refuse_busy_ports() -> None:
    sentence = ports.trouble(settings.HOST, settings.PORT)
    if not sentence and demo_is_on():
        port = settings.SIMULATOR_PORT
        sentence = ports.trouble("127.0.0.1", port, "SIMULATOR_PORT")
    if sentence:
        raise CommandError(sentence)


class OnlyTheRole(ProcessManager):  # type: ignore[misc]
    """A stop is told to a role's first process, which then ends its own children.
    Honcho tells the whole group, which takes the worker's jobs from under it."""

    def terminate(self, pid: int) -> None:
        if os.name == "posix":
            os.kill(pid, signal.SIGTERM)
        else:
            super().terminate(pid)


class Roles(honcho.Manager):  # type: ignore[misc]
    """Says where to look once the web role answers."""

    def __init__(self) -> None:
        super().__init__()
        self._procmgr = OnlyTheRole()

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
        else:  # A role has not said its process id yet: ask again in a moment.
            threading.Timer(0.1, self.terminate).start()

    def _start(self) -> None:
        super()._start()
        # After the forks: a thread that runs during a fork may hold a lock forever.
        threading.Thread(target=announce, args=(web_url(),), daemon=True).start()


def run(roles: dict[str, str]) -> int:
    """Runs until one role ends or a signal comes, stops the others, gives the code."""
    env = os.environ | {
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        ),
        "PYTHONUNBUFFERED": "1",
    }
    manager = Roles()
    # With `exec` the role takes the shell's place, so signals and codes are its own.
    prefix = "exec " if os.name == "posix" else ""
    for name, command in roles.items():
        manager.add_process(name, prefix + command, env=env, cwd=settings.BASE_DIR)
    manager.loop()
    return int(manager.returncode or 0)


def web_url() -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"


def announce(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                print(f"\n  Open {url}/ in a browser. Ctrl-C stops everything.\n")
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    print(f"\n  {url}/ does not answer; look at the lines above.\n")
