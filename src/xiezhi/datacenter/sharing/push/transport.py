"""The receiver over the network: one POST for each message, signed, the answer verified (RFC 9421)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from xiezhi.datacenter.runs.services import Stopped

from ..models import PushFlow
from .flows import interface_of

__all__ = ["network"]


def network(flow: PushFlow) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Messages to the interface of a flow's receiver. Raises Stopped where the books lack what is needed for it: the address,
    the name under which we are known there, the key its answers are verified with."""
    from xiezhi.datacenter.exchange import client, identity
    from xiezhi.datacenter.exchange.models import CallerKey

    receiver = flow.receiver
    key = (
        CallerKey.objects.filter(caller=receiver, revoked_at__isnull=True, environment="LIVE")
        .exclude(kind="TOKEN")
        .order_by("-pk")
        .first()
    )
    if not receiver.address:
        raise Stopped(f"没有登记{receiver.agency}的接口地址。")
    if not flow.known_as:
        raise Stopped("没有填写本方在接收方登记的系统代码。")
    if key is None:
        raise Stopped(f"没有登记{receiver.agency}的公钥，不能核验它的应答和回执。")
    own = identity.own()
    connection = client.Client(
        receiver.address, key_id=f"{flow.known_as}:{own.signer.verifier.thumbprint[:16]}", signer=own.signer,
        partner_key=key.public_key, partner_alg=str(key.kind), timeout=60.0,
    )  # fmt: skip
    interface = interface_of(flow.table)

    def say(message: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return connection.send("POST", f"/exchange/v1/{interface}", orjson.dumps(message)).content
        except client.Problem as problem:
            raise Stopped(f"接收方拒绝了请求：{problem.detail or problem.code}") from problem
        except client.NotVerified as problem:
            raise Stopped("接收方的应答没有通过签名核验，没有采信。") from problem
        except client.Unreachable as problem:
            raise Stopped("接收方没有应答，稍后再推送；已经收到回执的不会重复。") from problem

    return say
