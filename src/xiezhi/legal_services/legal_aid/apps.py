from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LegalAidConfig(AppConfig):
    """Legal aid."""

    name = "xiezhi.legal_services.legal_aid"
    label = "legal_aid"
    verbose_name = _("法律援助")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register procedure, documents, hooks, roles, screens, datasets and indicators."""
        from .install import install

        install()
