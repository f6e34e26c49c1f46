"""Pages of a province leader with everything in reach: at 1,000,000 open matters against 10,000.

Server time of the whole request (test client, so without network): queue sorted by clock, filtered queue, late tab, matter page, figures.
Limit: three times. No plan may scan a growing table in sequence.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import _common
import _province

args = _common.arguments(__doc__ or "", small=10_000, large=1_000_000)
home = _common.start("queues")
SIZES = {"small": args.small, "large": args.large}
for name, size in SIZES.items():
    _province.ensure(home, name, size)

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from xiezhi.demo import services as demo  # noqa: E402
from xiezhi.kernel.access.models import Account  # noqa: E402
from xiezhi.kernel.calendar import clock  # noqa: E402
from xiezhi.kernel.procedures.models import Matter  # noqa: E402

GROWING = ("procedures_matter", "procedures_matterevent", "procedures_deadline", "procedures_party", "documents_document",
           "reconsideration_reconsiderationcase", "access_readinglog", "access_readingkey", "notices_notice",
           "ledger_pendingentry")  # fmt: skip
LEADER = "sheng-leader"


def pages() -> dict[str, str]:
    matter = Matter.objects.filter(open=True).order_by("due_sort").first()
    assert matter is not None
    return {
        "queue": "/desk/?view=reach",
        "queue, filtered": "/desk/?view=reach&state=IN_REVIEW&track=ORDINARY",
        "queue, late": "/desk/?view=reach&due=late",
        "matter page": f"/desk/m/{matter.public_id}/?purpose=SUPERVISE",
        "figures": "/desk/figures/",
    }


def client() -> Client:
    account = Account.objects.get(username=next(a.username for a in demo.demo_accounts() if a.username == LEADER))
    made = Client(SERVER_NAME="localhost")
    made.force_login(account, backend="xiezhi.kernel.access.backends.AccountBackend")
    return made


def timed(database: str, page: str) -> Callable[[], float]:
    def run() -> float:
        with _province.pointed_at(database), clock.frozen(demo.NOW):
            who, address = client(), pages()[page]
            who.get(address)
            begun = time.perf_counter()
            for _ in range(5):
                answer = who.get(address)
                assert answer.status_code == 200, (page, answer.status_code)
            return (time.perf_counter() - begun) / 5 * 1000

    return run


def scans(database: str) -> list[str]:
    """Pages whose statements scan a growing table in sequence."""
    found = []
    with _province.pointed_at(database), clock.frozen(demo.NOW):
        who = client()
        with connection.cursor() as cursor:
            # A table that this province leaves empty is rightly read in one go.
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND reltuples > 10000", [list(GROWING)]
            )
            grown = [row[0] for row in cursor.fetchall()]
        for page, address in pages().items():
            with CaptureQueriesContext(connection) as seen:
                who.get(address)
            for query in seen.captured_queries:
                if not query["sql"].lstrip().upper().startswith(("SELECT", "WITH")):
                    continue
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN " + query["sql"])
                    plan = "\n".join(row[0] for row in cursor.fetchall())
                found += [f"{page}: {table}" for table in grown if f"Seq Scan on {table} " in plan]
    return sorted(set(found))


with _province.pointed_at("small"):
    names = list(pages())
runs = {f"{page} / {size}": timed(size, page) for page in names for size in SIZES}
found = _common.interleaved(args.rounds, runs)
lines = [
    f"{args.rounds} interleaved rounds of five requests each, milliseconds of server time per request.", "",
    f"| page | {args.small:,} | {args.large:,} | ratio | limit |", "|---|---|---|---|---|",
]  # fmt: skip
for page in names:
    small, large = (_common.median(found[f"{page} / {size}"]) for size in SIZES)
    lines.append(f"| {page} | {small:.1f} | {large:.1f} | {large / small:.2f} | 3 |")
bad = scans("large")
lines += ["", "Sequential scans of growing tables: " + ("; ".join(bad) if bad else "none") + "."]
_common.record("Pages of a province leader", lines)
