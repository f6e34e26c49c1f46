from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Accounts, roles, reach, purposes and the reading log."""

    name = "xiezhi.kernel.access"
    label = "access"
    verbose_name = _("访问控制")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xiezhi.kernel.access import idle, sessions

        sessions.connect()
        idle.connect()
