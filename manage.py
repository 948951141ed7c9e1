#!/usr/bin/env python
"""Teamgauge's command line: `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # What a command writes is for this user only.
    os.umask(0o077)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from config import database

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"teamgauge: {error}")
    except OperationalError:
        if sentence := database.trouble():
            sys.exit(f"teamgauge: {sentence}")
        raise


if __name__ == "__main__":
    main()
