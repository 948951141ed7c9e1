"""`manage.py run`: set up, then start every role of the Procfile together."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, cast

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
# Seconds from the first role's end until what still runs is killed: longer than the
# web role's own grace (`serve`), in which it finishes the answers under way.
honcho.KILL_WAIT = KILL_WAIT = 25
# SIGTERM is then Celery's soft shutdown: an idle worker on the file queue takes six
# seconds to end and not eleven, and a job is cut off and taken up again later.
QUICK_WORKER = {"REMAP_SIGTERM": "SIGQUIT"}


Handler = Callable[[int, FrameType | None], Any]


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
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        else:
            super().terminate(pid)


class Roles(honcho.Manager):  # type: ignore[misc]
    """Says where to look once the web role answers. The first signal lets the roles
    finish, a second one kills them."""

    def __init__(self) -> None:
        super().__init__()
        self._procmgr = OnlyTheRole()
        self._told = False

    def terminate(self) -> None:
        self._once_started(super().terminate)

    def kill(self) -> None:
        self._once_started(super().kill)

    def _once_started(self, end: Callable[[], None]) -> None:
        if self._all_started():
            end()
        else:  # A role has not said its process id yet: ask again in a moment.
            threading.Timer(0.1, self._once_started, (end,)).start()

    def _killall(self, force: bool = False) -> None:
        # What web still answers comes from the demo's simulator, which ends last.
        waits = not force and {"web", "simulator"} <= self._running().keys()
        for name, pid in self._running().items():
            if force:
                self._procmgr.kill(pid)
            elif not (waits and name == "simulator"):
                self._procmgr.terminate(pid)
        if waits:
            self._end_simulator_after_web()

    def _end_simulator_after_web(self) -> None:
        running = self._running()
        if "web" in running:
            threading.Timer(0.1, self._end_simulator_after_web).start()
        elif "simulator" in running:
            self._procmgr.terminate(running["simulator"])

    def _running(self) -> dict[str, int]:
        roles = self._processes.items()
        return {name: role["pid"] for name, role in roles if "returncode" not in role}

    def _on_signal(self, first: Handler, number: int, frame: FrameType | None) -> None:
        if self._told:
            self.kill()
            return
        self._told = True
        first(number, frame)
        self._system_print("Answers under way end first; once more stops at once.\n")

    def _start(self) -> None:
        super()._start()
        for number in honcho.SIGNALS:
            first = cast(Handler, signal.getsignal(number))
            signal.signal(number, partial(self._on_signal, first))
        # After the forks: a thread that runs during a fork may hold a lock forever.
        threading.Thread(target=announce, args=(web_url(),), daemon=True).start()


def run(roles: dict[str, str]) -> int:
    """Runs until one role ends or a signal comes, stops the others, gives the code."""
    env = os.environ | {
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        ),
        "PYTHONUNBUFFERED": "1",
        **QUICK_WORKER,
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
