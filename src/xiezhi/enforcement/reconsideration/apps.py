from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconsiderationConfig(AppConfig):
    """Administrative reconsideration."""

    name = "xiezhi.enforcement.reconsideration"
    label = "reconsideration"
    verbose_name = _("行政复议")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the procedure, its documents, hooks, datasets and indicators."""
        from .hooks import install

        install()
