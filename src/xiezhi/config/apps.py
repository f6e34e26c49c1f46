from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings as an application: brings the `migrate` that works as owner and sets the grants."""

    name = "xiezhi.config"
    label = "config"
