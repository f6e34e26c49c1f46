"""The console command `xiezhi`."""

import os


def main() -> None:
    """Enter the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings")
    from xiezhi.commands import application

    application()
