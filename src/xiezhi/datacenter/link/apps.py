from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinkConfig(AppConfig):
    """数据关联: which records are one person."""

    name = "xiezhi.datacenter.link"
    label = "link"
    verbose_name = _("数据关联")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
