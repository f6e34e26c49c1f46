from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CluesConfig(AppConfig):
    """疑点核查: one person with several licenses or posts."""

    name = "xiezhi.datacenter.clues"
    label = "clues"
    verbose_name = _("疑点核查")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from .install import install

        install()
