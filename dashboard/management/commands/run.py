"""`manage.py run`: set up, then start every role of the Procfile together."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from honcho.environ import parse_procfile
from honcho.manager import Manager

from dashboard.demo import demo_is_on
from tokens import ports

PATIENCE = 120  # seconds that the web role may take to answer first


class Command(BaseCommand):
    help = "Set up, then start web, worker and beat (and the demo's simulator)."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_busy_ports(settings.PORT)
        call_command("setup")
        roles = parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes
        if demo_is_on():
            refuse_busy_ports(settings.SIMULATOR_PORT, "SIMULATOR_PORT", "127.0.0.1")
        else:
            del roles["simulator"]
        sys.exit(run(roles))


def refuse_busy_ports(
    port: int, variable: str = "PORT", host: str | None = None
) -> None:
    if sentence := ports.trouble(host or settings.HOST, port, variable):
        raise CommandError(sentence)


class Roles(Manager):  # type: ignore[misc]
    """Says where to look once the web role answers."""

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
    for name, command in roles.items():
        manager.add_process(name, command, env=env, cwd=str(settings.BASE_DIR))
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
