"""Brings many values to comparable form in a process of its own, because one Python process uses one core.

    python -m xiezhi.datacenter.link.apart INPUT.arrow OUTPUT.arrow

INPUT holds one column of addresses, OUTPUT the table `prepare.ADDRESS`; both are files of Arrow record batches.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from xiezhi.datacenter.link import prepare

WORTH = 100_000
"""Values from which on a process of its own is worth its start."""


def addresses(values: pa.Table, folder: Path) -> pa.Table:
    """`prepare.described_addresses` of a column, in another process where there are many."""
    if values.num_rows < WORTH:
        return prepare.described_addresses(values)
    given, made = folder / "addresses.arrow", folder / "addresses-made.arrow"
    with pa.OSFile(str(given), "wb") as sink, pa.ipc.new_file(sink, values.schema) as writer:
        writer.write_table(values, max_chunksize=100_000)
    subprocess.run(
        [sys.executable, "-m", "xiezhi.datacenter.link.apart", str(given), str(made)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    with pa.OSFile(str(made), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    given.unlink()
    made.unlink()
    return table


def main() -> None:
    """Read, describe, write."""
    with pa.OSFile(sys.argv[1], "rb") as source:
        table = prepare.described_addresses(pa.ipc.open_file(source).read_all())
    with pa.OSFile(sys.argv[2], "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
