from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagesConfig(AppConfig):
    """The wage channel for migrant workers."""

    name = "xiezhi.legal_services.wages"
    label = "wages"
    verbose_name = _("欠薪求助")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the procedure, its documents, hooks, listeners, panels and pages."""
        from .install import install

        install()
