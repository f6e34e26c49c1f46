from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """The programs' door."""

    name = "xiezhi.api"
    label = "api"
    verbose_name = _("接口")
