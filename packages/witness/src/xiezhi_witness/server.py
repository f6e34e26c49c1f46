"""HTTP around a witness: one request a connection, bounded in size, time and number."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from typing import Any

from xiezhi_witness.core import MOST_BYTES, Answer, Witness

MOST_AT_ONCE = 32


class Server(ThreadingHTTPServer):
    """Serves one witness."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        self.witness = witness
        self.room = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """Two addresses: POST /add-checkpoint, GET /<hash of origin>/checkpoint."""

    timeout = 10
    server_version = "xiezhi-witness"
    sys_version = ""

    def __init__(self, request: Any, address: Any, server: BaseServer) -> None:
        assert isinstance(server, Server)
        self.own = server
        super().__init__(request, address, server)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._send(Answer(404, b"not here\n"))
        elif not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > MOST_BYTES:
            self._send(Answer(413 if length.isdecimal() else 411, b"too long, or without a length\n"))
        elif not self.own.room.acquire(blocking=False):
            self._send(Answer(503, b"busy, try again\n"))
        else:
            try:
                body = self.rfile.read(int(length))
                self._send(self.own.witness.add(body) if len(body) == int(length) else Answer(400, b"cut short\n"))
            finally:
                self.own.room.release()

    def do_GET(self) -> None:
        found = re.fullmatch(r"/([0-9a-f]{64})/checkpoint", self.path)
        self._send(self.own.witness.latest(found.group(1)) if found else Answer(404, b"not here\n"))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Only what was refused is worth a line; it names no caller."""
        if args and len(args) > 1 and str(args[1]) not in ("200", "409"):
            super().log_message(format, *args)

    def address_string(self) -> str:
        return "-"
