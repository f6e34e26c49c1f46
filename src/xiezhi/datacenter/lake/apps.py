from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LakeConfig(AppConfig):
    """数据湖: Iceberg tables and the engines that read them."""

    name = "xiezhi.datacenter.lake"
    label = "lake"
    verbose_name = _("数据湖")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
