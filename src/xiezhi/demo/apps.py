from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The fictional province."""

    name = "xiezhi.demo"
    label = "demo"
    verbose_name = _("演示省份")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """In the instance that plays the other agencies: declare their registers."""
        from django.conf import settings

        if settings.DEMO_REGISTERS:
            from xiezhi.demo.partners import declared

            declared.register()
