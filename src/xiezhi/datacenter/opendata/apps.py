from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpenDataConfig(AppConfig):
    """数据开放: data sets anybody may use."""

    name = "xiezhi.datacenter.opendata"
    label = "opendata"
    verbose_name = _("数据开放")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
