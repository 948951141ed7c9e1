from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProxyConfig(AppConfig):
    name = "proxy"
    verbose_name = "Gateway"

    def ready(self) -> None:
        from proxy.catalogue import fill

        post_migrate.connect(fill, sender=self)
