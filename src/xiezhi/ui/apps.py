from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """The shared look: stylesheet, icons, frames, template tags and forms from declared fields."""

    name = "xiezhi.ui"
    label = "ui"
    verbose_name = _("界面")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xiezhi.ui import rendering

        rendering.install()
