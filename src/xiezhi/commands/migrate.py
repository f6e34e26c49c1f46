"""`xiezhi migrate`"""

import click

from xiezhi.commands.base import pending_migrations, ready


@click.command()
@click.option("--plan", is_flag=True, help="Only list what would be done.")
def migrate(plan: bool) -> None:
    """Bring the database to this version and set the rights of the application role.

    Runs as the owner role (DATABASE_OWNER_URL). Safe to repeat. Before an upgrade: `xiezhi backup FOLDER`.
    """
    ready()
    if plan:
        pending = pending_migrations()
        click.echo("\n".join(pending) if pending else "Nothing to do: the database is at this version.")
        return
    from django.core.management import call_command

    call_command("migrate", verbosity=1, interactive=False)
