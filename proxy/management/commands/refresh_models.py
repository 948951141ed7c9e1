"""`manage.py refresh_models`: ask the upstreams for their models now."""

from typing import Any

from django.core.management.base import BaseCommand

from proxy import listing
from proxy.speaking import vendor_defaults
from tokens.models import Upstream


class Command(BaseCommand):
    help = "Ask each upstream that may be asked for its own list of models."

    def handle(self, *args: Any, **options: Any) -> None:
        for upstream in filter(listing.is_asked, Upstream.objects.all()):
            self.stdout.write(listing.refresh(upstream, vendor_defaults()))
