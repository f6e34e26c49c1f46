"""A git repository as a source: cloned once without history into the data directory, later fetched.

Only https, ssh, file and local paths; nothing of the repository is executed (hooks, filters and submodules stay off), and an
address may not carry a password, because it would stand in reports and configuration.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from xiezhi.kernel.law.importing.sources import BadSource, Raw, Refused

__all__ = ["Repository", "head", "is_address", "is_bare"]

TIMEOUT = 1800
"""Seconds one git command may take."""
_SCP = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!/?-)[^\s:]+$")
_SAFE = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "core.quotePath=false",
    "-c", "core.autocrlf=false",
    "-c", "submodule.recurse=false",
    "-c", "filter.lfs.required=false",
    "-c", "filter.lfs.smudge=",
    "-c", "filter.lfs.process=",
    "-c", "gc.auto=0",
)  # fmt: skip


def is_address(place: str) -> bool:
    """Whether the text is the address of a repository, not a path."""
    return "://" in place or "::" in place or bool(_SCP.match(place))


def is_bare(path: Path) -> bool:
    """Whether the folder is a repository without work tree."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def head(path: Path) -> str:
    """The commit a work tree stands at; empty where there is none or no git."""
    if not (path / ".git").exists() or shutil.which("git") is None:
        return ""
    try:
        return _git("-C", str(path), "rev-parse", "HEAD").strip()[:64]
    except BadSource:
        return ""


def checked(address: str) -> str:
    """The address, if it may be used. Raises BadSource."""
    if address.startswith("-") or re.search(r"[\s\x00-\x1f]", address) or "::" in address:
        raise BadSource("不是可用的 git 仓库地址")
    if _SCP.match(address) or address.startswith("/"):
        return address
    parts = urlsplit(address)
    if parts.scheme not in ("https", "ssh", "file"):
        raise BadSource(f"只接受 https、ssh 和 file 地址，不接受 {parts.scheme or '无协议'}")
    if parts.password is not None or (parts.scheme == "https" and parts.username):
        raise BadSource("地址里不能带账号或密码，请用 git 的凭据助手或部署密钥")
    if parts.scheme != "file" and (not parts.hostname or parts.hostname.startswith("-")):
        raise BadSource("地址里没有主机名")
    if parts.username and parts.username.startswith("-"):
        raise BadSource("不是可用的 git 仓库地址")
    return address


def _git(*arguments: str) -> str:
    environment = {
        **os.environ,
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ADVICE": "0",
        "LC_ALL": "C",
    }
    environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        environment.pop(name, None)
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError as error:
        raise BadSource("这台机器上没有 git") from error
    except subprocess.TimeoutExpired as error:
        raise BadSource(f"git 超过{TIMEOUT}秒没有完成") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BadSource(f"git 没有成功：{said[-1][:300] if said else done.returncode}")
    return done.stdout.decode("utf-8", "replace")


class Repository:
    """The texts of the newest commit of a repository."""

    def __init__(self, address: str, *, fetch: bool = True) -> None:
        self.address = checked(Path(address).as_uri() if address.startswith("/") else address)
        self.name = self.address
        self.fetch = fetch
        self.folder = Path(settings.HOME) / "law" / "sources" / hashlib.sha256(address.encode()).hexdigest()[:16]

    def update(self) -> str:
        """Bring the newest commit and return it. Raises BadSource."""
        if (self.folder / ".git").is_dir():
            if self.fetch:
                _git("-C", str(self.folder), "fetch", "--quiet", "--depth", "1", "--no-tags", "origin", "HEAD")
                _git("-C", str(self.folder), "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
                _git("-C", str(self.folder), "clean", "-fdxq")
        else:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.folder.with_name(f"{self.folder.name}.new")
            shutil.rmtree(fresh, ignore_errors=True)  # what an interrupted clone left
            _git(
                "clone", "--quiet", "--depth", "1", "--no-tags", "--single-branch", "--template=",
                "--", self.address, str(fresh),
            )  # fmt: skip
            fresh.rename(self.folder)
        return _git("-C", str(self.folder), "rev-parse", "HEAD").strip()

    def __iter__(self) -> Iterator[Raw | Refused]:
        from xiezhi.kernel.law.importing.files import Folder

        commit = self.update()
        yield from Folder(self.folder, name=self.address, commit=commit)
