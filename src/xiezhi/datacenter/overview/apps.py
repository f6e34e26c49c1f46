from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class OverviewConfig(AppConfig):
    """数据中心: the picture of all steps, their counts and ages."""

    name = "xiezhi.datacenter.overview"
    label = "overview"
    verbose_name = _("数据中心")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from xiezhi.datacenter import roles
        from xiezhi.ui import plug

        readers = (*roles.READERS, roles.LINKER.code, roles.CHECKER.code)
        plug.add_nav(
            plug.NavItem("data-home", _("数据中心"), _("总览"), "overview_desk:home", "topology-star-3", readers)
        )
        if settings.DEMO:
            from xiezhi.datacenter.overview.demo import declarations

            declarations.register()
