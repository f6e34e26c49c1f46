from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The fictional province."""

    name = "xiezhi.demo"
    label = "demo"
    verbose_name = _("演示省份")
    default_auto_field = "django.db.models.BigAutoField"
