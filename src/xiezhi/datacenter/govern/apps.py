from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernConfig(AppConfig):
    """数据治理: rules, refused rows, tickets, scores, lineage."""

    name = "xiezhi.datacenter.govern"
    label = "govern"
    verbose_name = _("数据治理")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the procedures, documents, pages and holders of copies."""
        from .install import install

        install()
