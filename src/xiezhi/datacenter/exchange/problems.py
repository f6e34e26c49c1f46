"""Why a call is refused: a code for programs, a sentence for people, a status for HTTP (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

__all__ = ["PROBLEMS", "Problem", "Refused"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of refusal."""

    code: str
    status: int
    title: str
    help: str


PROBLEMS: dict[str, Problem] = {
    problem.code: problem
    for problem in (
        Problem("BAD_REQUEST", 400, "请求格式不正确", "请求体应当是 JSON 对象，按接口文档填写。"),
        Problem("BAD_DIGEST", 400, "内容摘要不符", "Content-Digest 与请求体不一致，请求可能在途中被改动，请重新签名发送。"),
        Problem("BAD_KEYS", 422, "查询条件不正确", "请按接口文档给出一组完整的查询条件。"),
        Problem("NO_CREDENTIALS", 401, "没有身份凭证", "请使用 HTTP 消息签名（RFC 9421）或者访问令牌。"),
        Problem("BAD_SIGNATURE", 401, "签名无效", "签名不能验证，请检查密钥、覆盖的内容和签名格式。"),
        Problem("SIGNATURE_TOO_NARROW", 401, "签名覆盖的内容不足", "签名应当覆盖请求方法、主机、路径和内容摘要，并带有 created、expires、nonce、keyid。"),
        Problem("EXPIRED", 401, "请求已过期", "签名时间不在允许范围内，请校准时钟后重新签名。"),
        Problem("REPLAYED", 409, "请求重复", "这个一次性编号已经用过，请使用新的编号重新签名。"),
        Problem("KEY_UNKNOWN", 401, "密钥未登记", "没有登记这个密钥或者令牌。"),
        Problem("KEY_ENDED", 401, "密钥已失效", "密钥已吊销、过期或者尚未启用，请换用有效的密钥。"),
        Problem("CALLER_SUSPENDED", 403, "接入系统已暂停", "该系统已被暂停或者停止接入，请联系数据提供部门。"),
        Problem("NO_INTERFACE", 404, "没有这个接口", "请核对接口代码。"),
        Problem("NOT_GRANTED", 403, "没有授权", "该系统没有这个接口的授权，请先提出共享申请。"),
        Problem("GRANT_SUSPENDED", 403, "授权已暂停", "这项授权已暂停，请联系数据提供部门。"),
        Problem("GRANT_STOPPED", 403, "授权已停止", "这项授权已停止；仍需要数据的，请重新提出共享申请。"),
        Problem("GRANT_ENDED", 403, "授权不在有效期内", "授权尚未开始或者已经到期，请申请续期。"),
        Problem("PURPOSE_NOT_GRANTED", 403, "使用目的不在授权范围内", "请填写授权书载明的使用目的。"),
        Problem("FIELD_NOT_GRANTED", 403, "字段不在授权范围内", "请只请求授权书载明的字段。"),
        Problem("CASE_NEEDED", 422, "缺少案件或者事项编号", "这个使用目的要求写明所办案件或者事项的编号。"),
        Problem("OVER_QUOTA", 429, "超过次数上限", "已达到授权的次数上限，请稍后再试或者申请调整。"),
        Problem("TOO_MANY", 422, "一次查询的条数过多", "请分批查询。"),
        Problem("TOO_LARGE", 413, "请求过大", "请求体超过上限，请分批发送。"),
        Problem("BAD_METHOD", 405, "请求方法不正确", "请使用 POST 方法，查询条件放在请求体内。"),
        Problem("NO_DATA", 503, "数据尚未就绪", "这个接口的服务副本还没有建立，请联系数据提供部门；不表示查无此人。"),
        Problem("BUSY", 503, "系统繁忙", "请求过多，请稍后再试。"),
        Problem("UNAVAILABLE", 503, "服务暂时不可用", "数据库或者日志暂不可用；没有记录就不提供数据。请稍后再试。"),
    )
}  # fmt: skip


class Refused(Exception):
    """The call is refused. `detail` adds what is special about this one, without personal data."""

    def __init__(self, code: str, detail: str = "", retry_after: int = 0) -> None:
        super().__init__(code)
        self.problem = PROBLEMS[code]
        self.detail = detail
        self.retry_after = retry_after

    @property
    def code(self) -> str:
        return self.problem.code

    def body(self, call: str = "") -> bytes:
        """application/problem+json."""
        said = {
            "type": f"urn:xiezhi:exchange:{self.problem.code}", "title": self.problem.title, "status": self.problem.status,
            "detail": self.detail or self.problem.help, "code": self.problem.code,
        }  # fmt: skip
        if call:
            said["call"] = call
        return orjson.dumps(said)
