from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasetsConfig(AppConfig):
    """The registry of datasets that functions declare."""

    name = "xiezhi.kernel.datasets"
    label = "datasets"
    verbose_name = _("数据集登记")
    default_auto_field = "django.db.models.BigAutoField"
