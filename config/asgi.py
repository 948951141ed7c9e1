"""The web role's entry point: the gateway first, then the pages."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()

from config.patience import patient  # noqa: E402 (tables can be imported from here on)
from dashboard.uploads import bounded  # noqa: E402
from proxy import gateway  # noqa: E402
from proxy.lifespan import with_lifespan  # noqa: E402

application = with_lifespan(gateway.before(patient(bounded(pages))))
