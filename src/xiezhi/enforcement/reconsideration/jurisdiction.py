"""管辖 and 范围: which organ is competent and what cannot be reviewed (reconsideration.md 3), as pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .citations import L, R, joined
from .codes import OUT_OF_SCOPE, RESPONDENT_KINDS

__all__ = ["Level", "Proposal", "ScopeNote", "mandatory_first", "out_of_scope", "propose"]


class Level(StrEnum):
    """Level of the respondent, or of the government it belongs to."""

    TOWN = "TOWN"
    COUNTY = "COUNTY"
    CITY = "CITY"
    PROVINCE = "PROVINCE"
    NATIONAL = "NATIONAL"


_LEVELS: Mapping[str, tuple[str, str]] = {
    "TOWN": ("乡镇人民政府", "县级人民政府"), "COUNTY": ("县级人民政府", "市级人民政府"), "CITY": ("市级人民政府", "省级人民政府"),
    "PROVINCE": ("省级人民政府", "省级人民政府"), "NATIONAL": ("国务院", "国务院"),
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """A competent organ: `relation` says where to find it in the tree of units, `choice` that another may be chosen."""

    relation: str
    organ: str
    basis: str
    why: str
    choice: bool = False
    joint: bool = False
    next_remedy: str = "向人民法院起诉"


@dataclass(frozen=True)
class ScopeNote:
    """Why a matter cannot be reviewed, and what the person can do instead."""

    code: str
    title: str
    basis: str
    instead: str


def propose(
    respondent_kind: str, level: Level | str = Level.COUNTY, *, branch_by_district: bool = False
) -> list[Proposal]:
    """Competent organs for an act of a respondent, the usual one first (L 24 to 28, R 32, 33, 75).

    `level` is that of the government the respondent belongs to (its own for governments). Raises LookupError for an
    unknown kind. Relations: OWN_GOVERNMENT, UPPER_GOVERNMENT, ITSELF, UPPER_DEPARTMENT, PLACE_GOVERNMENT, FOUNDER,
    ANY_OF_JOINT, SUPERVISING_DEPARTMENT.
    """
    if respondent_kind not in RESPONDENT_KINDS:
        raise LookupError(f"no respondent kind {respondent_kind!r}; known: {', '.join(RESPONDENT_KINDS)}")
    own, upper = _LEVELS[str(Level(level))]
    ruling = "可以起诉，也可以向国务院申请裁决"
    match respondent_kind:
        case "DEPARTMENT":
            return [
                Proposal(
                    "OWN_GOVERNMENT",
                    own,
                    L(24, 1, 1),
                    f"对政府工作部门的行为不服，由本级政府（{own}）管辖，不再向上一级主管部门申请",
                )
            ]
        case "LOWER_GOVERNMENT" if Level(level) is Level.PROVINCE:
            return propose("PROVINCIAL_GOVERNMENT", level)
        case "LOWER_GOVERNMENT":
            return [Proposal("UPPER_GOVERNMENT", upper, L(24, 1, 2), f"对{own}的行为不服，由上一级政府（{upper}）管辖")]
        case "DISPATCHED_GOVERNMENT":
            return [Proposal("OWN_GOVERNMENT", own, L(24, 1, 3), "对派出机关的行为不服，由设立它的政府管辖")]
        case "AUTHORIZED_ORG":
            return [
                Proposal("OWN_GOVERNMENT", own, L(24, 1, 4), "对政府或者其部门管理的授权组织的行为不服，由本级政府管辖")
            ]
        case "PROVINCIAL_GOVERNMENT":
            return [
                Proposal(
                    "ITSELF",
                    "省级人民政府",
                    joined(L(24, 2), L(26)),
                    "对省级政府的行为不服，由该省级政府自己复议",
                    next_remedy=ruling,
                )
            ]
        case "DISPATCHED_BODY":
            found = [
                Proposal(
                    "OWN_GOVERNMENT",
                    own,
                    L(24, 4),
                    "对部门派出机构以自己名义作出的行为不服，由设立它的部门的本级政府管辖",
                )
            ]
            if branch_by_district and Level(level) in (Level.CITY, Level.PROVINCE):
                found.append(Proposal("PLACE_GOVERNMENT", "派出机构所在地人民政府", L(24, 4),
                                      "按照行政区划设立的派出机构，也可以由其所在地的政府管辖", choice=True))  # fmt: skip
            return found
        case "STATE_COUNCIL_DEPARTMENT":
            return [
                Proposal(
                    "ITSELF",
                    "该国务院部门",
                    joined(L(25, 0, 1), L(26)),
                    "对国务院部门的行为不服，由该部门自己复议",
                    next_remedy=ruling,
                )
            ]
        case "STATE_COUNCIL_BODY":
            return [Proposal("SUPERVISING_DEPARTMENT", "设立或者管理它的国务院部门", joined(L(25, 0, 2), L(25, 0, 3)),
                             "对国务院部门的派出机构、授权组织的行为不服，由该部门管辖")]  # fmt: skip
        case "VERTICAL" | "TAX" | "STATE_SECURITY":
            return [
                Proposal(
                    "UPPER_DEPARTMENT",
                    "上一级主管部门",
                    L(27),
                    f"对{RESPONDENT_KINDS[respondent_kind]}的行为不服，向上一级主管部门申请",
                )
            ]
        case "JUSTICE_OFFICE":
            return [
                Proposal(
                    "OWN_GOVERNMENT",
                    own,
                    L(28),
                    "对履行复议机构职责的司法行政部门的行为不服，可以向本级政府申请",
                    choice=True,
                ),
                Proposal(
                    "UPPER_DEPARTMENT", "上一级司法行政部门", L(28), "也可以向上一级司法行政部门申请", choice=True
                ),
            ]
        case "COAST_GUARD":
            return [Proposal("UPPER_DEPARTMENT", "上一级海警机构", R(75), "对海警机构的行为不服，向上一级海警机构申请")]
        case "JOINT_STATE_COUNCIL":
            return [Proposal("ANY_OF_JOINT", "其中任何一个国务院部门", R(32, 1), "几个国务院部门共同作出的，向其中任何一个申请，由各部门共同决定",
                             choice=True, joint=True)]  # fmt: skip
        case "JOINT_VERTICAL":
            return [Proposal("ANY_OF_JOINT", "其中一个有管辖权的复议机关", R(32, 2), "垂直领导机关与其他机关共同作出的，向其中一个有管辖权的机关申请，共同决定",
                             choice=True, joint=True)]  # fmt: skip
        case "INTERNAL_AUTHORIZED":
            return [
                Proposal(
                    "FOUNDER", "设立该机构的行政机关", R(33), "该机关不承担复议职责的，向对它有管辖权的复议机关申请"
                )
            ]
        case _:
            return [
                Proposal(
                    "OWN_GOVERNMENT",
                    own,
                    joined(R(21), L(24, 1, 1)),
                    "未经授权的机构作出的，被申请人是设立它的行政机关，请变更被申请人；由其本级政府管辖",
                )
            ]


_INSTEAD: Mapping[str, tuple[str, str]] = {
    "L12_1": (L(12, 0, 1), "国防、外交等国家行为没有复议途径"),
    "L12_2": (L(12, 0, 2), "可以在对行政行为申请复议时一并申请审查规范性文件；规章依照法律另行审查"),
    "L12_3": (L(12, 0, 3), "可以依照公务员法申诉"),
    "L12_4": (L(12, 0, 4), "可以就民事纠纷起诉或者申请仲裁"),
    "R36_1": (R(36, 0, 1), "可以依照刑事诉讼法申诉、控告"),
    "R36_2": (R(36, 0, 2), "行政指导没有强制力，可以不接受"),
    "R36_3": (R(36, 0, 3), "可以对最后作出的行政行为申请复议"),
    "R36_4": (R(36, 0, 4), "可以对下级机关的行政行为申请复议"),
    "R36_5": (R(36, 0, 5), "依照信访工作的规定办理"),
    "R74": (R(74), "向商标、专利主管机关请求复审"),
}  # fmt: skip


def out_of_scope(code: str) -> ScopeNote:
    """What a scope code means and where to go instead. Raises LookupError for an unknown code."""
    if code not in _INSTEAD:
        raise LookupError(f"no scope code {code!r}; known: {', '.join(_INSTEAD)}")
    basis, instead = _INSTEAD[code]
    return ScopeNote(code, OUT_OF_SCOPE[code], basis, instead)


def mandatory_first(
    *, penalty_on_spot: bool = False, natural_resource_right: bool = False, duty_silence: bool = False,
    express_refusal: bool = False, info_refused_under: int = 0, other_law: bool = False,
) -> str | None:  # fmt: skip
    """复议前置: the article that makes reconsideration necessary before a suit, or None (L 23, R 30, R 31).

    Silence counts, an express refusal or incomplete performance does not (R 30). `info_refused_under` is the article of
    the disclosure regulation the refusal rests on: 14, 15 and 16 count (R 31).
    """
    if penalty_on_spot:
        return L(23, 1, 1)
    if natural_resource_right:
        return L(23, 1, 2)
    if duty_silence and not express_refusal:
        return joined(L(23, 1, 3), R(30, 1))
    if info_refused_under in (14, 15, 16):
        return joined(L(23, 1, 4), R(31))
    return L(23, 1, 5) if other_law else None
