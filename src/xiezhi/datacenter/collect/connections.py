"""How sources are reached: the operator's file of connections, beside the program and never in it.

    {"lawyers": {"host": "10.1.2.3", "port": 3306, "database": "ls", "user": "read", "password_file": "/etc/…/lawyers"},
     "marriage": {"base": "https://data.example/api", "token_file": "marriage.token"}}

The file is `sources.json` in the data directory (setting COLLECT_CONNECTIONS); relative secret files lie beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from xiezhi.datacenter.runs.services import Stopped

__all__ = ["allowed", "get", "path", "secret"]


def path() -> Path:
    return Path(getattr(settings, "COLLECT_CONNECTIONS", "") or Path(settings.HOME) / "sources.json")


def get(name: str) -> dict[str, Any]:
    """The entry of this name, secrets read. Raises Stopped with a sentence for people."""
    try:
        found = json.loads(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Stopped("尚未登记任何来源的连接，请系统管理员填写连接文件。") from None
    except (OSError, ValueError):
        raise Stopped("连接文件不能读取，请系统管理员检查格式。") from None
    if not isinstance(found, dict) or not isinstance(found.get(name), dict):
        raise Stopped(f"连接文件中没有“{name}”。")
    return dict(found[name])


def secret(entry: dict[str, Any], name: str) -> str:
    """A secret of an entry: `password_file` names its file; "password" itself is accepted where the file is private."""
    where = entry.get(f"{name}_file")
    if where:
        file = path().parent / str(where)
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError:
            raise Stopped("连接的密码文件不能读取，请系统管理员检查。") from None
    return str(entry.get(name, ""))


def allowed(address: str) -> str:
    """The address, where its host is among the setting COLLECT_HOSTS (host or host:port). Raises Stopped: a source must
    not be turned into a way to services that were never meant to be read."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    known = {str(h).lower() for h in getattr(settings, "COLLECT_HOSTS", ())}
    if parts.scheme not in ("http", "https") or not (
        f"{host}:{port}" in known or (host in known and port == (443 if parts.scheme == "https" else 80))
    ):
        raise Stopped(f"接口地址 {host}:{port} 不在允许的名单内，请系统管理员核对。")
    if parts.username or parts.password:
        raise Stopped("接口地址中不能带账号。")
    return address


def join(base: str, path_: str) -> str:
    return urljoin(base.rstrip("/") + "/", path_.lstrip("/")) if path_ else base
