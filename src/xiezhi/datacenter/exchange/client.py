"""A client of another instance's exchange: signs what it asks, verifies what it gets, tries again where that is safe.

    client = Client("https://data.example", key_id="xz:1f0c…", signer=identity.own().signer, partner_key=PEM)
    answer = client.lookup("lawyer-license", {"license_no": "…"}, purpose="TRIAL", case="…")

Look-ups may be repeated, so a lost connection, 503 and 429 are tried again with a new nonce; what is pushed is repeated the
same way, because receivers take the same content twice without harm.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from .signatures import algorithms
from .signatures.algorithms import Signer, Verifier
from .signatures.messages import (
    ANSWER,
    REQUEST,
    Malformed,
    Request,
    base_of,
    content_digest,
    digest_holds,
    params_text,
    pick,
    sf_bytes,
)

__all__ = ["Answer", "AsyncClient", "Client", "NotVerified", "Problem", "Unfinished", "Unreachable"]

VALID = 120
"""Seconds a request's signature is good for."""
AGE = 300
"""Seconds an answer may be old."""
MOST_ITEMS = 1000
"""Look-ups of one batch."""
AGAIN = (0.2, 0.6, 1.5)
"""Pauses before a request is tried again."""


class Unreachable(RuntimeError):
    """The other side did not answer, however often it was asked."""


class NotVerified(RuntimeError):
    """The answer is not signed by the partner, or belongs to another request. Nothing of it may be used."""


class Problem(RuntimeError):
    """The other side refused. `code` is its reason, `status` that of HTTP, `retry_after` the seconds it asks to wait (0: it says
    nothing of waiting)."""

    def __init__(self, status: int, code: str, detail: str, retry_after: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.status, self.code, self.detail, self.retry_after = status, code, detail, retry_after


class Unfinished(RuntimeError):
    """A long batch stopped. The first `done` answers were given; ask again with `start=done`. The cause stands in `__cause__`."""

    def __init__(self, done: int, cause: Exception) -> None:
        super().__init__(f"stopped after {done}: {cause}")
        self.done = done


@dataclass(frozen=True)
class Answer:
    """What came back. `call` names the line in the partner's log."""

    status: int
    content: dict[str, Any]
    body: bytes

    @property
    def call(self) -> str:
        return str(self.content.get("call", ""))


class _Asking:
    """How requests are made and answers judged, whatever carries them."""

    def __init__(
        self, address: str, *, key_id: str, signer: Signer | bytes, partner_key: str = "", partner_alg: str = "ED25519",
        timeout: float = 20.0, tries: int = 3,
    ) -> None:  # fmt: skip
        parts = urlsplit(address.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"not an address of an exchange: {address}")
        self.address = address.rstrip("/")
        self.scheme, self.authority = (
            parts.scheme,
            parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80"),
        )
        self.key_id = key_id
        self.signer = signer if isinstance(signer, Signer) else algorithms.signer(signer)
        self.partner: Verifier | None = algorithms.verifier(partner_alg, partner_key) if partner_key else None
        self.timeout, self.tries = timeout, max(1, tries)

    def prepare(self, method: str, path: str, body: bytes) -> tuple[Request, dict[str, str]]:
        """A signed request: what was signed, and the headers to send."""
        now = int(time.time())
        headers = {"host": self.authority}
        components: tuple[str, ...] = REQUEST
        if body:
            headers |= {"content-type": "application/json", "content-digest": content_digest(body)}
        else:
            components = tuple(c for c in REQUEST if c != '"content-digest"')
        request = Request(method, self.scheme, self.authority, path, "", headers)
        text = params_text(
            components, created=now, expires=now + VALID, nonce=secrets.token_urlsafe(18), keyid=self.key_id,
            alg=self.signer.alg,
        )  # fmt: skip
        headers["signature-input"] = f"ask={text}"
        headers["signature"] = f"ask={sf_bytes(self.signer.sign(base_of(components, text, request)))}"
        return request, headers

    def judge(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer, once it is certain whose it is and to what. Raises NotVerified, Problem."""
        found = {name.lower(): value for name, value in headers.items()}
        if self.partner is not None and not self._signed(request, status, found, body):
            raise NotVerified("the answer is not signed by the partner for this request")
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Problem(status, "NOT_JSON", "the other side did not answer in JSON") from None
        if status != 200:
            said = content if isinstance(content, dict) else {}
            wait = found.get("retry-after", "")
            raise Problem(
                status,
                str(said.get("code", "UNKNOWN")),
                str(said.get("detail", "")),
                int(wait) if wait.isdecimal() else 0,
            )
        return Answer(status, content, body)

    def _signed(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        assert self.partner is not None
        if "signature" not in headers:
            # Before it knows who asks, the other side signs nothing; a refusal of that kind tells nothing either.
            return status in (400, 401, 413, 503)
        try:
            given = pick(headers.get("signature-input", ""), headers["signature"], lambda keyid: True)
            needed = set(ANSWER if "content-digest" in request.headers else ANSWER[:-2] + ANSWER[-1:])
            if not needed <= set(given.components) or not digest_holds(headers.get("content-digest", ""), body):
                return False
            base = base_of(given.components, given.text, request, status=status, headers=headers)
        except Malformed:
            return False
        return abs(time.time() - given.created) <= AGE and self.partner.verify(given.signature, base)

    @staticmethod
    def asked(purpose: str, case: str, fields: Sequence[str], **more: Any) -> bytes:
        said: dict[str, Any] = {"purpose": purpose, **more}
        if case:
            said["case"] = case
        if fields:
            said["fields"] = list(fields)
        return orjson.dumps(said)

    @staticmethod
    def worth_trying(problem: Problem) -> bool:
        return problem.status == 503 or (problem.status == 429 and problem.code == "OVER_QUOTA")


class Client(_Asking):
    """Synchronous."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        import requests

        self._session = requests.Session()
        self._session.trust_env = False

    def lookup(
        self, interface: str, keys: Mapping[str, str], *, purpose: str, case: str = "", fields: Sequence[str] = ()
    ) -> Answer:
        """One look-up. Raises Problem, NotVerified, Unreachable, as all that asks does."""
        return self.send("POST", f"/exchange/v1/{interface}", self.asked(purpose, case, fields, keys=dict(keys)))

    def verify(
        self, interface: str, keys: Mapping[str, str], claims: Mapping[str, str], *, purpose: str, case: str = ""
    ) -> Answer:  # fmt: skip
        """Yes or no to what is claimed."""
        body = self.asked(purpose, case, (), keys=dict(keys), claims=dict(claims))
        return self.send("POST", f"/exchange/v1/{interface}", body)

    def batch(
        self,
        interface: str,
        items: Sequence[Mapping[str, Any]],
        *,
        purpose: str,
        case: str = "",
        fields: Sequence[str] = (),
    ) -> Answer:
        """Up to a thousand look-ups at once: each item has `keys` and for a verification `claims`."""
        return self.send(
            "POST", f"/exchange/v1/{interface}/batch", self.asked(purpose, case, fields, items=list(items))
        )

    def batch_all(
        self,
        interface: str,
        items: Sequence[Mapping[str, Any]],
        *,
        purpose: str,
        case: str = "",
        fields: Sequence[str] = (),
        size: int = MOST_ITEMS,
        start: int = 0,
        patience: float = 3600.0,
        wait: Callable[[float], None] = time.sleep,
    ) -> Iterator[dict[str, Any]]:
        """Any number of look-ups: one answer for each item from `start` on, in their order, asked for by `size` as answers are
        taken. Where the other side is busy or the quota is used up it waits as long as that side says, at most `patience`
        seconds for one batch. Whatever stops it raises Unfinished; what was answered is neither asked nor counted again."""
        if not 1 <= size <= MOST_ITEMS:
            raise ValueError(f"a batch is 1 to {MOST_ITEMS} look-ups")
        done = start
        while done < len(items):
            part, waited = items[done : done + size], 0.0
            while True:
                try:
                    answers = self.batch(interface, part, purpose=purpose, case=case, fields=fields).content["answers"]
                    break
                except Problem as problem:
                    pause = max(problem.retry_after, 1)
                    if not self.worth_trying(problem) or waited + pause > patience:
                        raise Unfinished(done, problem) from problem
                    wait(pause)
                    waited += pause
                except (Unreachable, NotVerified) as error:
                    raise Unfinished(done, error) from error
            for answer in answers:
                done += 1
                yield answer

    def push(self, interface: str, content: Mapping[str, Any], *, purpose: str, case: str = "") -> Answer:
        """Send what the other side receives."""
        return self.send("POST", f"/exchange/v1/{interface}", self.asked(purpose, case, (), **content))

    def openapi(self) -> dict[str, Any]:
        """What this key may call."""
        return self.send("GET", "/exchange/v1/openapi.json", b"").content

    def send(self, method: str, path: str, body: bytes) -> Answer:
        """A signed request, tried again where the other side was not there or was busy."""
        import requests

        last: Exception | None = None
        for attempt in range(self.tries):
            if attempt:
                time.sleep(AGAIN[min(attempt - 1, len(AGAIN) - 1)])
            request, headers = self.prepare(method, path, body)
            try:
                found = self._session.request(
                    method, self.address + path, data=body or None, headers=headers, timeout=self.timeout, allow_redirects=False
                )  # fmt: skip
                return self.judge(request, found.status_code, found.headers, found.content)
            except requests.RequestException as error:
                last = Unreachable(f"{self.address}: {type(error).__name__}")
            except Problem as problem:
                if not self.worth_trying(problem):
                    raise
                last = problem
        assert last is not None
        raise last


class AsyncClient(_Asking):
    """Asynchronous: the same requests, each carried by a thread, at most `parallel` at a time."""

    def __init__(self, *args: Any, parallel: int = 8, **options: Any) -> None:
        super().__init__(*args, **options)
        self._inner = Client(*args, **options)
        self._room = asyncio.Semaphore(parallel)

    async def _run(self, name: str, *args: Any, **options: Any) -> Any:
        async with self._room:
            return await asyncio.to_thread(getattr(self._inner, name), *args, **options)

    async def lookup(self, *args: Any, **options: Any) -> Answer:
        """As `Client.lookup`."""
        found: Answer = await self._run("lookup", *args, **options)
        return found

    async def verify(self, *args: Any, **options: Any) -> Answer:
        """As `Client.verify`."""
        found: Answer = await self._run("verify", *args, **options)
        return found

    async def batch(self, *args: Any, **options: Any) -> Answer:
        """As `Client.batch`."""
        found: Answer = await self._run("batch", *args, **options)
        return found

    async def push(self, *args: Any, **options: Any) -> Answer:
        """As `Client.push`."""
        found: Answer = await self._run("push", *args, **options)
        return found
