from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LawConfig(AppConfig):
    """The index of acts that citations resolve against."""

    name = "xiezhi.kernel.law"
    label = "law"
    verbose_name = _("法规")
    default_auto_field = "django.db.models.BigAutoField"
