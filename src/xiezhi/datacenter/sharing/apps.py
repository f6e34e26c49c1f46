from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    """数据共享: requests, corrections and disputes after the sharing regulation; partners; push between deployments."""

    name = "xiezhi.datacenter.sharing"
    label = "sharing"
    verbose_name = _("数据共享")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the procedures, their documents, hooks, seats and pages."""
        from .install import install

        install()
