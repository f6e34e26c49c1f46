"""The engine of one process: calls wait in one queue; a lane takes all that wait, looks them up in one statement, makes the
answers, writes their lines in another, and only then lets the answers go.

While a lane works, calls gather for the next batch, so batches grow with load and a lone call waits for nobody. A lane whose
database fails refuses its batch: without a line in the log nothing goes out.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import deque
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.conf import settings

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.merkle import leaf_hash, root_of

from .. import policy as policies
from .. import sandbox
from ..problems import Refused
from . import answers
from .quota import Quotas
from .statements import WRITE, lookup
from .work import Work, digest_line, line_of

__all__ = ["Engine"]

log = logging.getLogger(__name__)

LANES = 2
MOST_CALLS = 128
"""Calls of one batch."""
MOST_KEYS = 2000
"""Look-ups of one batch."""
WAITING = 1024
"""Calls that may wait in a process before it says that it is busy."""
FRESH = 0.8
"""Seconds for which decisions may rest on a policy without asking the database for its version."""
PAUSE = 0.3
"""Seconds the circuit stays open after the database failed."""
IDLE = 0.5
"""Seconds after which a lane makes sure that its connections still live, before it lets calls depend on them."""
TIMEOUT_MS = 5000


class Engine:
    """Made once for each event loop, on the first call."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.policy = policies.Snapshot(-1, {}, {}, {})
        self.checked = 0.0
        self.slots: dict[tuple[str, tuple[str, ...]], int] = {}
        self.quotas = Quotas()
        self.waiting: deque[Work] = deque()
        self.wake = asyncio.Event()
        self.shed = 0
        self.open_until = 0.0
        self._verifiers: dict[str, Any] = {}
        self._control: psycopg.AsyncConnection[Any] | None = None
        self._control_used = 0.0
        self._control_lock = asyncio.Lock()
        self._lanes = [asyncio.create_task(self._lane()) for _ in range(LANES)]

    # What calls need before they wait

    async def fresh(self) -> policies.Snapshot:
        """The policy, asked for anew where it was last compared too long ago. Raises Refused where that is not possible."""
        if time.monotonic() - self.checked > FRESH:
            await self.reload()
        return self.policy

    async def reload(self) -> None:
        """Read the policy where its version is another one. Raises Refused."""
        begun = time.monotonic()
        async with self._control_lock:
            if self.checked >= begun:
                return  # somebody else asked meanwhile
            begun = time.monotonic()
            try:
                connection = await self._controlling()
                cursor = await connection.execute("SELECT version FROM exchange_policy WHERE id = 1")
                row = await cursor.fetchone()
                if (row[0] if row else 0) != self.policy.version:
                    cursor = await connection.execute(policies.SQL)
                    found = await cursor.fetchone()
                    assert found is not None
                    self.policy = policies.parse(found, self._verifiers)
                    self._remember()
                    cursor = await connection.execute("SELECT code, slots FROM exchange_servedtable")
                    self.slots = {
                        (code, tuple(key)): place + 1
                        for code, keys in await cursor.fetchall()
                        for place, key in enumerate(keys)
                    }
            except (psycopg.Error, OSError) as error:
                await self._drop_control()
                self._broken(error)
                raise Refused("UNAVAILABLE", retry_after=1) from None
            self.checked = begun

    async def changed_since(self, moment: float) -> bool:
        """Whether the policy is another one than that which was known at `moment`. Raises Refused."""
        before = self.policy.version
        if self.checked < moment:
            await self.reload()
        return self.policy.version != before

    def _remember(self) -> None:
        self.quotas.forget({grant.id for grant in self.policy.grants.values()})

    async def lease(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run a statement of the quotas. Raises Refused."""
        async with self._control_lock:
            try:
                connection = await self._controlling()
                return await (await connection.execute(statement, values)).fetchall()
            except (psycopg.Error, OSError) as error:
                await self._drop_control()
                self._broken(error)
                raise Refused("UNAVAILABLE", retry_after=1) from None

    async def claim(self, work: Work) -> None:
        """Use up a call's nonce at once. Raises Refused where it was used before."""
        rows = await self.lease(
            "INSERT INTO exchange_nonce (id, expires_at) VALUES (%(id)s, %(until)s) ON CONFLICT (id) DO NOTHING RETURNING id",
            {"id": work.nonce, "until": work.nonce_until},
        )
        work.nonce = None
        if not rows:
            raise Refused("REPLAYED")

    async def close(self) -> None:
        """End the lanes; calls that wait are refused."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        await self._drop_control()

    async def _controlling(self) -> psycopg.AsyncConnection[Any]:
        """The connection for the policy and the quotas, whole also after a pause."""
        idle = time.monotonic() - self._control_used > IDLE
        if self._control is not None and (self._control.closed or (idle and not await _alive(self._control))):
            await self._drop_control()
        if self._control is None:
            self._control = await self._connect(flush=False)
        self._control_used = time.monotonic()
        return self._control

    async def _drop_control(self) -> None:
        if self._control is not None:
            connection, self._control = self._control, None
            await _close(connection)

    async def _connect(self, *, flush: bool) -> psycopg.AsyncConnection[Any]:
        """A connection of its own. Without `flush` its commits reach the disk with the next one that flushes: that is the
        line in the log, which is written afterwards."""
        options = (
            f"-c statement_timeout={TIMEOUT_MS} -c lock_timeout={TIMEOUT_MS} -c plan_cache_mode=force_generic_plan"
        )
        if not flush:
            options += " -c synchronous_commit=off -c enable_seqscan=off"
        return await psycopg.AsyncConnection.connect(
            self.address,
            application_name="xiezhi-exchange",
            autocommit=True,
            options=options,
            connect_timeout=5,
            prepare_threshold=0,
        )

    # Waiting and being done

    async def through(self, work: Work) -> None:
        """Let a call go through a lane; afterwards its answer may be sent."""
        if time.monotonic() < self.open_until:
            answers.refuse(work, Refused("UNAVAILABLE", retry_after=1))
            return
        if len(self.waiting) >= WAITING:
            self.shed += 1
            answers.refuse(work, Refused("BUSY", retry_after=1))
            return
        work.done = asyncio.get_running_loop().create_future()
        self.waiting.append(work)
        self.wake.set()
        await work.done

    def _take(self) -> list[Work]:
        batch: list[Work] = []
        keys = 0
        while (
            self.waiting and len(batch) < MOST_CALLS and (not batch or keys + len(self.waiting[0].items) <= MOST_KEYS)
        ):
            work = self.waiting.popleft()
            keys += len(work.items)
            batch.append(work)
        if not self.waiting:
            self.wake.clear()
        return batch

    async def _lane(self) -> None:
        reads: psycopg.AsyncConnection[Any] | None = None
        writes: psycopg.AsyncConnection[Any] | None = None
        used = 0.0
        while True:
            await self.wake.wait()
            batch = self._take()
            if not batch:
                continue
            try:
                if reads is not None and time.monotonic() - used > IDLE and not await _alive(reads, writes):
                    await _close(reads, writes)
                    reads = writes = None
                if reads is None or writes is None:
                    reads, writes = await self._connect(flush=False), await self._connect(flush=True)
                await self._look_up(reads, batch)
                await self._write(writes, batch)
                used = time.monotonic()
            except (psycopg.Error, OSError) as error:
                self._broken(error)
                await _close(reads, writes)
                reads = writes = None
                _fail(batch)
            except asyncio.CancelledError:
                _fail(batch)
                await _close(reads, writes)
                raise
            except Exception:
                log.exception("a batch of calls failed")
                _fail(batch)
            for work in batch:
                if work.done is not None and not work.done.done():
                    work.done.set_result(None)

    def _broken(self, error: BaseException) -> None:
        self.open_until = time.monotonic() + PAUSE
        log.error("the exchange reaches its database no more: %s", type(error).__name__)

    # One batch

    async def _look_up(self, connection: psycopg.AsyncConnection[Any], batch: list[Work]) -> None:
        """Nonces, rows and the version in one statement; then the answers."""
        batch_id = uuid4()
        for n, work in enumerate(batch):
            work.call = f"{batch_id.hex}-{n}"
        asking = [work for work in batch if work.refusal is None]
        by_slot: dict[int, list[UUID]] = {}
        for work in asking:
            if work.key is not None and not work.key.sandbox:
                for item in work.items:
                    if item.slot:
                        by_slot.setdefault(item.slot, []).append(item.key)
        nonces = _nonces(asking)
        found: dict[UUID, list[Any]] = {}
        new: set[UUID] = set()
        if asking:
            slots = tuple(sorted(by_slot))
            values: list[Any] = [[one for one, _ in nonces], [until for _, until in nonces]] if nonces else []
            values += [by_slot[slot] for slot in slots]
            begun = time.monotonic()
            cursor = await connection.execute(lookup(slots, bool(nonces)), values, binary=True)
            version = 0
            for kind, key, number, data, sealed, person in await cursor.fetchall():
                if kind == 2:
                    found.setdefault(key, []).append((data, sealed, person))
                elif kind == 1:
                    new.add(key)
                else:
                    version = number
            if version != self.policy.version:
                await self.reload()
                self._decide_again(asking)
            elif begun > self.checked:
                self.checked = begun
        for work in batch:
            if work.refusal is None and work.nonce is not None and work.nonce not in new:
                work.refusal = Refused("REPLAYED")
            if work.refusal is not None:
                answers.refuse(work, work.refusal)
                continue
            rows = sandbox.found(work.interface) if work.key is not None and work.key.sandbox and work.items else found
            try:
                answers.finish(work, rows)
            except Exception:
                log.exception("an answer could not be made")
                answers.refuse(work, Refused("UNAVAILABLE"))

    def _decide_again(self, asking: list[Work]) -> None:
        """The policy changed while these calls waited: what was allowed may be no more."""
        now = clock.now().timestamp()
        for work in asking:
            if work.key is None or work.asked is None:
                continue
            key = self.policy.keys.get(work.key.key_id)
            try:
                if key is None:
                    raise Refused("KEY_UNKNOWN")
                work.key = key
                work.grant, work.plan = policies.decide(self.policy, key, work.asked, now)
            except Refused as refusal:
                work.refusal = refusal

    async def _write(self, connection: psycopg.AsyncConnection[Any], batch: list[Work]) -> None:
        """The lines of a batch, its root and the ledger's commitment, flushed to disk."""
        batch_id = UUID(batch[0].call.partition("-")[0])
        lines = [line_of(work, n, hashlib.sha256(work.body).digest()) for n, work in enumerate(batch)]
        root = root_of(leaf_hash(digest_line(line)) for line in lines)
        people = [(n, person) for n, work in enumerate(batch) for person in work.persons]
        shed, self.shed = self.shed, 0
        payload = {"batch": str(batch_id), "count": len(lines), "root": root.hex(), "shed": shed}
        entry = ledger.columns([ledger.Commit("exchange.calls", payload, "exchange.batch", str(batch_id))])
        try:
            await connection.execute(
                WRITE,
                [
                    *entry, batch_id, batch[0].at, len(lines), root, shed,
                    batch_id, [n for n, _ in people], [person for _, person in people],
                    batch_id, *map(list, zip(*lines, strict=True)),
                ],
            )  # fmt: skip
        except BaseException:
            self.shed += shed
            raise


def _nonces(asking: list[Work]) -> list[tuple[UUID, Any]]:
    """Nonces of a batch in order, so that two processes never wait for each other; a second use within it is refused."""
    seen: dict[UUID, Any] = {}
    for work in asking:
        if work.nonce is None:
            continue
        if work.nonce in seen:
            work.refusal = Refused("REPLAYED")
        else:
            seen[work.nonce] = work.nonce_until
    return sorted(seen.items())


def _fail(batch: list[Work]) -> None:
    for work in batch:
        answers.refuse(work, Refused("UNAVAILABLE", retry_after=1))


async def _alive(*connections: psycopg.AsyncConnection[Any] | None) -> bool:
    try:
        for connection in connections:
            if connection is None:
                return False
            await connection.execute("SELECT 1")
    except (psycopg.Error, OSError):
        return False
    return True


async def _close(*connections: psycopg.AsyncConnection[Any] | None) -> None:
    for connection in connections:
        if connection is not None:
            try:
                await connection.close()
            except (psycopg.Error, OSError):
                pass


def address() -> str:
    """Where the application role reaches the database, as libpq reads it."""
    from django.db import connections

    config: Mapping[str, Any] = connections["default"].settings_dict
    parts = {
        "dbname": config["NAME"], "user": config["USER"], "password": config["PASSWORD"], "host": config["HOST"],
        "port": config["PORT"],
    }  # fmt: skip
    for name in ("sslmode", "sslrootcert", "sslcert", "sslkey"):
        if name in settings.DATABASES["default"].get("OPTIONS", {}):
            parts[name] = settings.DATABASES["default"]["OPTIONS"][name]
    return psycopg.conninfo.make_conninfo(**{name: value for name, value in parts.items() if value})
