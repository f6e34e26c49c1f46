from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SatisfactionConfig(AppConfig):
    """Ratings by the public, call-backs on bad ones, figures by unit."""

    name = "xiezhi.legal_services.satisfaction"
    label = "satisfaction"
    verbose_name = _("好差评")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the procedure of call-backs, listen to every other procedure, plug pages and figures in."""
        from .install import install

        install()
