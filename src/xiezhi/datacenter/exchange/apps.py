from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """数据交换: authorized interfaces, signed, masked, metered and logged."""

    name = "xiezhi.datacenter.exchange"
    label = "exchange"
    verbose_name = _("数据交换")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from .install import install

        install()
