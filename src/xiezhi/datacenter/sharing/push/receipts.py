"""回执: what the receiver says it took in, signed with the key of its exchange; kept by both sides."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

__all__ = ["BadReceipt", "check", "signed"]


class BadReceipt(RuntimeError):
    """The receipt does not hold: wrong signature, or not for this batch."""


def _bytes(content: Mapping[str, Any]) -> bytes:
    return b"xiezhi.push.receipt.v1\n" + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def signed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with our signature."""
    from xiezhi.datacenter.exchange import identity

    own = identity.own()
    signature = base64.b64encode(own.sign(_bytes(content))).decode()
    return {"content": dict(content), "key": own.key_id, "alg": own.alg, "signature": signature}


def check(receipt: Any, receiver_id: int, expected: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a receipt. Raises BadReceipt where no live key of the receiver made it, or where it speaks of
    something other than `expected`."""
    from xiezhi.datacenter.exchange.models import CallerKey
    from xiezhi.datacenter.exchange.signatures import algorithms

    try:
        content, signature = receipt["content"], base64.b64decode(receipt["signature"], validate=True)
    except (TypeError, KeyError, binascii.Error) as error:
        raise BadReceipt("回执的格式不对") from error
    keys = CallerKey.objects.filter(caller_id=receiver_id, revoked_at__isnull=True).exclude(kind="TOKEN")
    for key in keys:
        try:
            if algorithms.verifier(key.kind, key.public_key).verify(signature, _bytes(content)):
                break
        except algorithms.KeyProblem:
            continue
    else:
        raise BadReceipt("回执的签名不是接收方登记的密钥所签")
    for name, value in expected.items():
        if content.get(name) != value:
            raise BadReceipt(f"回执与批次不符：{name}")
    return dict(content)
