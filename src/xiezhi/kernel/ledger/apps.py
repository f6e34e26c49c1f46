from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Salted commitments of what happened."""

    name = "xiezhi.kernel.ledger"
    label = "ledger"
    verbose_name = _("存证账本")
    default_auto_field = "django.db.models.BigAutoField"
