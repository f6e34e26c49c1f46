"""Load for the exchange from a process of its own: requests are made (and signed) before the time runs.

Closed loop: each connection sends its next request when the answer is there. Prints one line of JSON: requests per second,
p50 and p99 in milliseconds, answers by status, and the share of one processor this process used (at 1.0 it would be the limit).
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from xiezhi.datacenter.exchange.signatures import algorithms, messages

said: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
PATH, PORT, MODE = said["path"], said["port"], said["mode"]
HOST = f"127.0.0.1:{PORT}"


def made(count: int) -> list[bytes]:
    """Requests ready to send, each for another row."""
    chance = random.Random(secrets.randbits(32))
    signer = algorithms.signer(said["pem"].encode()) if MODE == "signed" else None
    now = int(time.time())
    out = []
    for _ in range(count):
        number = f"1990120201{chance.randrange(said['rows']):07}"
        body = json.dumps({"purpose": "TRIAL", "case": "2026-1", "keys": {"license_no": number}}).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        )
        if MODE == "token":
            head += f"authorization: Bearer {said['token']}\r\n"
        elif signer is not None:
            digest = messages.content_digest(body)
            text = messages.params_text(
                messages.REQUEST,
                created=now,
                expires=now + 300,
                nonce=secrets.token_urlsafe(12),
                keyid=said["keyid"],
                alg=signer.alg,
            )
            request = messages.Request("POST", "http", HOST, PATH, "", {"content-digest": digest})
            signature = messages.sf_bytes(signer.sign(messages.base_of(messages.REQUEST, text, request)))
            head += f"content-digest: {digest}\r\nsignature-input: ask={text}\r\nsignature: ask={signature}\r\n"
        out.append(head.encode() + b"\r\n" + body)
    return out


class Connection(asyncio.Protocol):
    """One connection that is kept open."""

    requests: list[bytes]
    times: list[float]
    codes: dict[str, int]
    stop = 0.0
    count_from = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""
        self.need = -1
        self.next()

    def next(self) -> None:
        if not self.requests or time.perf_counter() > self.stop:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(self.requests.pop())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.need < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            place = head.find(b"content-length:")
            self.need = end + 4 + int(head[place + 15 :].split(b"\r", 1)[0])
        if len(self.buffer) >= self.need:
            now = time.perf_counter()
            if now > self.count_from:
                self.times.append(now - self.began)
                code = self.buffer[9:12].decode()
                self.codes[code] = self.codes.get(code, 0) + 1
            self.buffer, self.need = b"", -1
            self.next()


async def main() -> None:
    seconds, warm = said["seconds"], 0.5
    Connection.requests = made(int(said["most"] * (seconds + warm)))
    Connection.times, Connection.codes = [], {}
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    used = time.process_time()
    Connection.count_from, Connection.stop = begun + warm, begun + warm + seconds
    links = [await loop.create_connection(Connection, "127.0.0.1", PORT) for _ in range(said["connections"])]
    while any(not transport.is_closing() for transport, _ in links):
        await asyncio.sleep(0.05)
    took = min(time.perf_counter(), Connection.stop) - Connection.count_from
    share = (time.process_time() - used) / (took + warm)
    times = sorted(Connection.times)
    print(json.dumps({
        "rate": len(times) / took, "p50": times[len(times) // 2] * 1000, "p99": times[int(len(times) * 0.99)] * 1000,
        "codes": Connection.codes, "share": round(share, 2), "left": len(Connection.requests),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }))  # fmt: skip


asyncio.run(main())
