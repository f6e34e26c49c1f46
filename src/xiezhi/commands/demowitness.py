"""Three witnesses on this machine for the fictional province, so that its ledger shows what witnesses do.

In a real deployment each runs on a machine of its own body (docs/howto/run-a-witness.md); here they are marked 演示.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from xiezhi.commands.supervise import Child

WITNESSES = (("检察院（演示）", "procuratorate"), ("法院（演示）", "court"), ("上级机关（演示）", "superior"))
PROGRAM = Path(sys.executable).with_name("xiezhi-witness")
MARK = "# The witnesses of the fictional province; written at each start. Remove this line to keep your own policy.\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(home: Path, environment: Callable[[], Mapping[str, str]]) -> list[Child]:
    """Make keys and settings where there are none, write the policy, and return the processes to keep alive.

    Nothing where the operator has a policy of their own, or where the witness is not installed.
    """
    from django.conf import settings

    from xiezhi.kernel.ledger.publisher import Refused, folder, open_ledger

    policy = folder() / "policy"
    if not PROGRAM.exists() or (policy.exists() and not policy.read_text().startswith(MARK)):
        return []
    try:
        log = open_ledger().keys.mine()
    except Refused:
        return []  # the ledger's own process tells it
    out, lines = [], [MARK]
    for title, code in WITNESSES:
        place, port = home / "witnesses" / code, _free_port()
        if not (place / "seed").exists():
            subprocess.run(
                [PROGRAM, "init", place, "--name", f"{code}.{settings.LEDGER_ORIGIN}"], check=True, capture_output=True
            )
        found = subprocess.run([PROGRAM, "key", place], check=True, capture_output=True, text=True).stdout.strip()
        logs = "".join(f"\n[[log]]\nvkey = {json.dumps(key.vkey)}\n" for key in log if key.kind == "ed25519")
        name = json.dumps(f"{code}.{settings.LEDGER_ORIGIN}")
        (place / "witness.toml").write_text(f'name = {name}\nlisten = "127.0.0.1:{port}"\n{logs}')
        lines.append(f"witness {title} {found} http://127.0.0.1:{port}\n")
        out.append(Child(f"witness {code}", [str(PROGRAM), "run", str(place)], environment, quiet=True))
    lines.append(f"group 见证方 2 {' '.join(title for title, _ in WITNESSES)}\nquorum 见证方\n")
    policy.parent.mkdir(parents=True, exist_ok=True)
    policy.write_text("".join(lines))
    return out
