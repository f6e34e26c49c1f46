from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    """作业: every step of the data center as a run with progress, counts and an end."""

    name = "xiezhi.datacenter.runs"
    label = "runs"
    verbose_name = _("作业")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
