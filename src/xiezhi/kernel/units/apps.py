from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    """Units of all levels, historized."""

    name = "xiezhi.kernel.units"
    label = "units"
    verbose_name = _("机构")
    default_auto_field = "django.db.models.BigAutoField"
