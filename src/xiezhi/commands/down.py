"""`xiezhi down`"""

import click

from xiezhi.commands import base


@click.command()
def down() -> None:
    """Stop the embedded PostgreSQL that a short command (migrate, doctor, backup ...) left running.

    `xiezhi up` stops its own at its end and needs no `down`.
    """
    if not base.embedded():
        raise click.ClickException("DATABASE_URL names a server that is not ours to stop.")
    server = base.server()
    was_running = server.pid() is not None
    server.stop()
    click.echo("PostgreSQL has stopped." if was_running else "No PostgreSQL ran here.")
