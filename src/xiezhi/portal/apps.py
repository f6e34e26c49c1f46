from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The public's door: pages only, no records."""

    name = "xiezhi.portal"
    label = "portal"
    verbose_name = _("公众门户")
    default_auto_field = "django.db.models.BigAutoField"
