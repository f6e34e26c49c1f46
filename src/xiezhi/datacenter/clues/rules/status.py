"""Facts that bear on a license: death, age, penalties, the end of the firm, crime (restricted), and means (opt-in)."""

from __future__ import annotations

from datetime import date

from xiezhi.datacenter.clues.declare import ClueRule, Exception_, Join
from xiezhi.datacenter.persons.kinds import LAWYERS, LICENSES
from xiezhi.kernel.procedures.common import cite

_LAW = date(2008, 6, 1)
_ISSUER = "颁发执业证书的司法行政部门"
_ALL_LAWYERS = (*LAWYERS, "LAWYER_PUBLIC", "LAWYER_COMPANY", "LAWYER_AID")

RULES = (
    ClueRule(
        "license.dead-holder", "持证人已经死亡，执业证仍然有效", LICENSES, ("DEAD",), (cite("行政许可法", 70, 0, 2),), date(2004, 7, 1),
        check="与公安机关户籍、执业机构核实；注意同名同号登记错误。", organ=_ISSUER, lookups=("POPULATION",),
        exceptions=(Exception_("ALIVE", "人口信息有误，本人在世"), Exception_("IN_PROCESS", "注销手续正在办理")),
    ),
    ClueRule(
        "license.minor", "持证人未满十八周岁", LICENSES, ("MINOR",),
        (cite("律师法", 7, 0, 1), cite("民法典", 18, 1), cite("行政许可法", 12, 0, 3)), date(2021, 1, 1),
        check="核对出生日期，多为录入错误或者冒用他人证件。", organ=_ISSUER,
        doubt="民法典第18条第2款视为完全行为能力人的情形除外；各证的年龄条件不同。",
    ),
    ClueRule(
        "license.revoked-before", "被吊销律师、公证员执业证书后又持有律师、公证员执业证", (*_ALL_LAWYERS, "NOTARY"),
        ("REVOKED_LAWYER", "REVOKED_NOTARY"), (cite("律师法", 7, 0, 3), cite("公证法", 20, 0, 4)), _LAW,
        check="调取吊销决定书，核对送达、复议诉讼结果和本人身份。", organ=_ISSUER, severity="HIGH",
        exceptions=(Exception_("ANNULLED", "吊销决定已经撤销"),),
    ),
    ClueRule(
        "lawyer.stopped-practice", "停止执业处罚期间承办案件", ("HANDLES_CASE",), ("STOPPED_LAWYER",),
        (cite("律师法", 47), cite("律师法", 48), cite("律师法", 49, 1), cite("律师法", 51, 1)), _LAW,
        check="核对停止执业的起止日期和指派、委托日期；之前已经受理的案件是否已办理移交。",
        organ="设区的市级或者直辖市的区人民政府司法行政部门", severity="HIGH",
        elsewhere="律师和律师事务所违法行为处罚办法（司法部令第122号）", doubt="处罚期间继续执业的处理条文在部门规章中，未经库内核对。",
        exceptions=(Exception_("HANDED_OVER", "已经移交其他律师，案件登记没有更新"),),
    ),
    ClueRule(
        "license.stopped-other", "停止执业处罚期间在另一类别持证执业", (*_ALL_LAWYERS, "NOTARY", "GRASS"),
        ("STOPPED_LAWYER", "STOPPED_NOTARY"), (cite("律师法", 49, 1), cite("公证法", 42, 1)), _LAW,
        check="核对处罚的种类、起止日期，以及处罚期间有效的是哪一本证、哪一机构。", organ=_ISSUER, join=Join.OTHER_HOLDER,
        doubt="法律没有明文把一类停止执业及于另一类，只作为提示。",
    ),
    ClueRule(
        "license.firm-ended", "执业机构已经终止，执业证仍登记在该机构", LICENSES, ("UNIT_ENDED",),
        (cite("律师法", 22, 1), cite("律师法", 22, 2), cite("行政许可法", 70, 0, 3)), _LAW,
        check="核对机构注销、吊销的日期和本人转所、注销手续。", organ=_ISSUER, join=Join.SAME_HOLDER, min_days=31,
        exceptions=(Exception_("MOVING", "正在办理变更执业机构"),),
    ),
    ClueRule(
        "license.crime", "服刑、社区矫正期间执业证仍然有效", (*_ALL_LAWYERS, "NOTARY", "GRASS", "APPRAISER"), ("IN_PRISON", "IN_CORRECTION"),
        (cite("律师法", 7, 0, 2), cite("律师法", 49, 2), cite("公证法", 20, 0, 2), cite("公证法", 42, 3)), _LAW,
        check="调取生效裁判文书，区分故意犯罪和过失犯罪；由有权人员核查，不得在核查函中写明犯罪情况。",
        organ="省、自治区、直辖市人民政府司法行政部门", severity="HIGH",
        exceptions=(Exception_("NEGLIGENCE", "过失犯罪，法律没有规定吊销", cite("律师法", 7, 0, 2)),),
        elsewhere="全国人民代表大会常务委员会关于司法鉴定管理问题的决定第4条", doubt="司法鉴定人部分的条号未经库内核对。",
    ),
    ClueRule(
        "aid.estate", "受援人名下不动产与经济困难说明不符", ("AIDED",), ("ESTATE",),
        (cite("法律援助法", 41, 2), cite("法律援助法", 48, 1, 1)), date(2022, 1, 1),
        check="核实不动产的性质和数量、申请时的说明；唯一住房、共有、查封的分别认定。", organ="作出决定的法律援助机构",
        lookups=("ESTATE",), opt_in=True, exceptions=(Exception_("ONLY_HOME", "为唯一自住住房，不影响经济困难认定"),
                                                      Exception_("NO_CHECK", "依法不受经济困难条件限制或者免予核查", cite("法律援助法", 42))),
    ),
)  # fmt: skip
