"""What the answer page is offered, and what the impact list is told."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from xiezhi.kernel.law import citing
from xiezhi.legal_services.criminal import loading, offers
from xiezhi.ui import answering, plug
from xiezhi.ui.answering import ASSISTANT, Question

ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "我儿子被刑事拘留了怎么办",
        "派出所传唤我去，要不要请律师",
        "被骗了三万块能不能报案",
        "偷了超市的东西会不会坐牢",
        "银行卡借给别人，说我帮信",
    ],
)
def test_offered_for_crime_arrest_police_and_detention(text: str) -> None:
    offered = answering.offers(Question(text, ON))[ASSISTANT]
    assert [offer.key for offer in offered] == ["criminal"] and offered[0].url == "/criminal/"


@pytest.mark.parametrize("text", ["房东不退押金怎么办", "公司没交社保", "遗嘱怎么写才有效", "网购不给退货"])
def test_not_offered_for_other_matters(text: str) -> None:
    assert not offers.offered(Question(text, ON))


def test_articles_found_and_the_scene_count() -> None:
    question = Question("这件事怎么处理", ON, (("刑法", 264, 0, 0.9), ("刑事诉讼法", 112, 0, 0.8)), "crime")
    assert offers.offered(question)


def test_every_citation_is_told_to_the_impact_list() -> None:
    mine = [cited for cited in citing.everything() if cited.kind == "罪名"]
    assert len(mine) == len(loading.whole().citations) > 800
    assert len({cited.key for cited in mine}) == len(mine)
    theft = [cited for cited in mine if cited.citation == "刑法 第264条"]
    assert theft and {cited.owner for cited in theft} == {"公共法律服务"}
    assert theft[0].address == "/criminal/offenses/theft/"


@pytest.mark.django_db
def test_the_errand_opens() -> None:
    assert plug.ENTRIES["criminal"].url == "criminal:start"
    page = Client().get("/criminal/", headers={"accept-language": "en"})
    assert page.status_code == 200
