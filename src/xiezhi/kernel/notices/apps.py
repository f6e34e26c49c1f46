from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Notices in-site, by email and by SMS."""

    name = "xiezhi.kernel.notices"
    label = "notices"
    verbose_name = _("通知")
    default_auto_field = "django.db.models.BigAutoField"
