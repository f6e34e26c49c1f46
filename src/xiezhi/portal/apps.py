from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The public's door: pages only, no records."""

    name = "xiezhi.portal"
    label = "portal"
    verbose_name = _("公众门户")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the messages between party and officer on the matter's page."""
        from xiezhi.portal import messages
        from xiezhi.ui import plug

        plug.add_panel("portal-messages", "portal", "portal/my/messages.html", messages.panel, order=90)
