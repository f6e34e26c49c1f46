"""What tests of the exchange share: a database of their own that commits, three partners, rows to look up, and a caller."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.conftest import _pointed_at, _sql, clone
from xiezhi import pg
from xiezhi.config.settings_test import RUN

T = TypeVar("T")
TABLE = "std_lawyer"
HOST = "exchange.test"


def lawyer(n: int, **values: Any) -> dict[str, Any]:
    """A lawyer of the fictional province."""
    return {
        "license_no": f"1990120201{n:07}", "name": ("王小明", "李思", "欧阳若水", "赵一")[n % 4], "practice_kind": "01",
        "firm_usc": "31990101MA00000001", "firm_name": "云溪律师事务所", "first_date": "2012-05-01", "status": "01", "assess": "称职",
        "penalty": None, "sex": "1", "mobile": f"139{n:08}", "id_type": "111", "id_no": number_of(n), "valid_from": "2012-05-01",
        "valid_to": None, "division": ("990101", "990102", "990201")[n % 3], "unit_usc": "11990101MB00000001", **values,
    }  # fmt: skip


def number_of(n: int) -> str:
    """A valid identity number of division 990101."""
    body = f"990101198001{1 + n % 28:02}{n % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def serve_rows(rows: list[dict[str, Any]], table: str = TABLE) -> None:
    """Put rows into the serving copy as a refresh would."""
    from xiezhi.datacenter.exchange import looking, serving
    from xiezhi.datacenter.exchange.models import ServedRow, ServedTable
    from xiezhi.datacenter.exchange.services import raise_version
    from xiezhi.kernel import sealing

    shape = serving._Shape(table, [])
    held, _ = ServedTable.objects.update_or_create(code=table, defaults={"slots": shape.keys, "rows": len(rows)})
    made = []
    for row in rows:
        keys = {f"k{n + 1}": looking.key_of(table, tuple(key), row) for n, key in enumerate(shape.keys)}
        made.append(
            ServedRow(
                table=held, row_id=uuid.uuid4(), digest=b"0" * 16, **keys,
                data=orjson.dumps({n: row[n] for n in shape.plain}),
                sealed=sealing.seal({n: row[n] for n in shape.deep}, context=serving.SEALED),
                person=looking.identity(row["id_type"], row["id_no"]),
            )
        )  # fmt: skip
    ServedRow.objects.bulk_create(made)
    raise_version()


@dataclass
class Partner:
    """A system that asks, with its keys."""

    caller: Any
    private: Ed25519PrivateKey
    key_id: str
    token: str
    grant: Any = None

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def partner(code: str, agency: str, **grant: Any) -> Partner:
    """Register a partner, with a grant for the look-up of lawyers where one is described."""
    from cryptography.hazmat.primitives.serialization import PublicFormat

    from xiezhi.datacenter.exchange import services
    from xiezhi.kernel.calendar import clock

    caller = services.register_caller(code, f"{agency}业务系统", agency)
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    key = services.add_key(caller, "ED25519", public)
    _, token = services.issue_token(caller)
    made = Partner(caller, private, key.key_id, token)
    if grant:
        made.grant = services.grant(
            caller, grant.pop("interface", "lawyer-license"),
            **{"valid_to": clock.now() + timedelta(days=30), "valid_from": clock.now() - timedelta(days=1), **grant},
        )  # fmt: skip
    return made


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        return "OK" if self.status == 200 else str(self.json["code"])


@dataclass
class Gateway:
    """The gateway in this process, without a server before it."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        from xiezhi.datacenter.exchange.gateway import app

        path, _, query = path.partition("?")
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "scheme": "http", "client": ("127.0.0.1", 1),
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in {"host": HOST, **headers}.items()],
        }  # fmt: skip
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await app(scope, receive, send)
        return Reply(
            said[0]["status"],
            {k.decode(): v.decode() for k, v in said[0]["headers"]},
            b"".join(m.get("body", b"") for m in said[1:]),
        )

    def post(self, path: str, said: Any, who: Partner | str = "", **headers: str) -> Reply:
        """With the token of a partner, or without."""
        token = who.token if isinstance(who, Partner) else who
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = said if isinstance(said, bytes) else orjson.dumps(said)
        return self.run(self.ask("POST", f"/exchange/v1/{path}", headers, body))

    def signed(self, path: str, said: Any, who: Partner, **change: Any) -> Reply:
        """With a signature of a partner."""
        body = said if isinstance(said, bytes) else orjson.dumps(said)
        headers = sign(who, f"/exchange/v1/{path}", body, **change)
        return self.run(self.ask("POST", f"/exchange/v1/{path}", headers, body))

    def close(self) -> None:
        from xiezhi.datacenter.exchange.gateway import app as module

        found = module.__globals__["_engines"].pop(self.loop, None)
        if found is not None:
            self.run(found.close())
        self.loop.close()


def sign(who: Partner, path: str, body: bytes, *, method: str = "POST", **change: Any) -> dict[str, str]:
    """Headers of a signed request. `change`: created, expires, nonce, keyid, components, sign (what makes the bytes)."""
    from xiezhi.datacenter.exchange.signatures import messages

    now = int(time.time())
    headers = {"host": HOST}
    if body:
        headers["content-digest"] = change.get("digest") or messages.content_digest(body)
    components = change.get("components", messages.REQUEST if body else messages.REQUEST[:3])
    text = messages.params_text(
        components, created=change.get("created", now), expires=change.get("expires", now + 60),
        nonce=change.get("nonce", secrets.token_urlsafe(12)), keyid=change.get("keyid", who.key_id), alg=change.get("alg", "ed25519"),
    )  # fmt: skip
    request = messages.Request(method, "http", HOST, path, "", headers)
    base = messages.base_of(components, text, request)
    signature = change.get("sign", who.private.sign)(base)
    return {**headers, "signature-input": f"ask={text}", "signature": f"ask={messages.sf_bytes(signature)}"}


ASK = {"purpose": "TRIAL", "case": "（2026）云0101民初1号"}


@pytest.fixture(scope="session")
def exchange_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@pytest.fixture
def keys_home(exchange_home: Path, settings: Any) -> Path:
    """Where our own keys lie."""
    settings.EXCHANGE_DIR = str(exchange_home)
    return exchange_home


@pytest.fixture(scope="module")
def exchange_db(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[pg.Urls]:
    """A database that commits, one for a module."""
    name = f"exchange_{worker_id}"
    with django_db_blocker.unblock():
        clone(name)
        with _pointed_at(name):
            yield pg.urls(RUN, name)
        _sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def gateway(exchange_db: pg.Urls, keys_home: Path, settings: Any) -> Iterator[Gateway]:
    settings.ALLOWED_HOSTS = [HOST, "127.0.0.1"]
    made = Gateway()
    yield made
    made.close()
