"""What every page of the shell needs: teams, demo banner, how fresh the data is."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    return {}
