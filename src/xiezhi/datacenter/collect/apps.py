from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectConfig(AppConfig):
    """数据归集: sources into the raw layer, exactly once per batch."""

    name = "xiezhi.datacenter.collect"
    label = "collect"
    verbose_name = _("数据归集")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
