from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The staff's desk: pages only, no records."""

    name = "xiezhi.desk"
    label = "desk"
    verbose_name = _("工作台")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the desk's frame to the pages of functions; put the parties' messages on the matter's page."""
        from xiezhi.desk import messages, shell
        from xiezhi.ui import plug

        plug.set_frame(shell.render)
        plug.add_nav(plug.NavItem(
            "mandates", "收件", "委托和监护", "desk:mandates", "users", ("case_officer", "office_head", "counter_clerk")
        ))  # fmt: skip
        plug.add_panel("desk-messages", "desk", "desk/messages.html", messages.panel, order=90)
