"""`xiezhi soak`"""

import os
import subprocess
import sys

import click

from xiezhi.config import env


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def soak(arguments: tuple[str, ...]) -> None:
    """Run the long fault and load tests at full counts. ARGUMENTS go to pytest, for example: -k kill.

    The same tests run short in `make test`; XIEZHI_SOAK=1 raises their counts. Takes up to an hour on two cores.
    """
    command = [sys.executable, "-m", "pytest", "-n", "0", "-m", "soak", *arguments]
    sys.exit(
        subprocess.run(command, cwd=env.REPOSITORY, env={**os.environ, "XIEZHI_SOAK": "1"}, check=False).returncode
    )
