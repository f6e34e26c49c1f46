from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonsConfig(AppConfig):
    """人员主题库: stable person ids, their history and the review desk."""

    name = "xiezhi.datacenter.persons"
    label = "persons"
    verbose_name = _("人员主题库")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from .install import install

        install()
