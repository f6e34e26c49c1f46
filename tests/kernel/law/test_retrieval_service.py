"""Retrieval in the library: artifacts made, swapped, damaged; law of the day; a model of one's own."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from xiezhi.kernel.law import retrieval
from xiezhi.kernel.law.models import Act, Provision, Version
from xiezhi.kernel.law.retrieval import encoder, making, service, store

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings, monkeypatch):
    settings.LAW_RETRIEVAL_DIR = str(tmp_path / "retrieval")
    settings.LAW_MODEL = ""
    small = encoder.Settings(dimensions=16, grams=2000, steps=4, batch=24)
    monkeypatch.setattr(making, "SETTINGS", small)
    service.forget()
    yield tmp_path / "retrieval"
    service.forget()


def act(
    name: str, texts: list[str], label: str = "2021", since: str = "2021-01-01", ended: str | None = None
) -> Version:
    owner, _ = Act.objects.get_or_create(name=name, defaults={"full": name, "kind": "法律", "sort_key": name})
    version = Version.objects.create(
        act=owner, label=label, since=date.fromisoformat(since), ended=date.fromisoformat(ended) if ended else None,
        articles=len(texts), source="test", source_key=f"{name}{label}", text_hash=f"{name}{label}", text="",
    )  # fmt: skip
    Provision.objects.bulk_create(
        Provision(version=version, seq=i, kind="article", number=i, text=text, path=[["chapter", 1, 0, "一般规定"]])
        for i, text in enumerate(texts, 1)
    )
    return version


@pytest.fixture
def law() -> Version:
    act("旧租赁法", ["出租人收取的押金应当退还承租人。"], "1999", "1999-10-01", "2021-01-01")
    act("道路交通安全法", ["机动车发生交通事故造成损害的，由保险公司赔偿。", "机动车应当登记。"])
    return act(
        "租赁法", ["承租人应当按照约定支付租金。", "租赁期满，出租人应当退还押金。", "本法自2021年1月1日起施行。"]
    )


@pytest.fixture
def large(law: Version, monkeypatch) -> Version:
    """Enough to learn from: made-up articles."""
    rng = np.random.default_rng(3)
    words = [
        "登记",
        "许可",
        "监督",
        "检查",
        "费用",
        "申请",
        "期限",
        "材料",
        "部门",
        "人员",
        "设备",
        "安全",
        "质量",
        "标准",
    ]
    texts = ["，".join("".join(rng.choice(words, 4)) for _ in range(3)) + "。" for _ in range(1000)]
    act("某管理条例", texts)
    return law


def test_nothing_imported_answers_nothing() -> None:
    assert retrieval.ask("房东不退押金", TODAY) == []
    assert not retrieval.state().ready
    assert "空" in retrieval.state().problem


def test_words_alone_answer_without_training(law: Version) -> None:
    hits = retrieval.ask("房东不退押金怎么办", TODAY)
    assert (hits[0].act, hits[0].label, hits[0].article) == ("租赁法", "2021", 2)
    assert hits[0].provision_id == Provision.objects.get(version=law, number=2).pk
    assert all(0 <= h.score <= 1 for h in hits)
    assert retrieval.state().encoder == "none"


def test_law_of_the_day_only(law: Version) -> None:
    assert all(h.act != "旧租赁法" for h in retrieval.ask("房东不退押金怎么办", TODAY))
    assert {h.act for h in retrieval.ask("房东不退押金怎么办", date(2010, 1, 1))} == {"旧租赁法"}
    assert retrieval.ask("房东不退押金怎么办", date(1990, 1, 1)) == []


def test_what_is_imported_later_is_found(law: Version) -> None:
    assert retrieval.ask("被狗咬了谁赔", TODAY)
    act("动物法", ["饲养的动物造成他人损害的，动物饲养人应当赔偿。"])
    service.forget()
    assert retrieval.ask("被狗咬了谁赔", TODAY)[0].act == "动物法"


def test_training_is_kept_swapped_and_noticed(large: Version, place: Path) -> None:
    seen: list[str] = []
    state = retrieval.train(lambda what, done, total: seen.append(what))
    assert state.ready and state.encoder == "learned" and state.current and not state.problem
    assert {"lsa", "train", "articles", "index"} <= set(seen)
    first = retrieval.ask("房东不退押金怎么办", TODAY)
    assert first[0].act == "租赁法"
    assert all(h.act != "旧租赁法" for h in first)
    act("动物法", ["饲养的动物造成他人损害的，动物饲养人应当赔偿。"])
    service.forget()
    assert not retrieval.state().current
    again = retrieval.refresh()
    assert again.current and again.encoder == "learned" and again.name != state.name
    assert retrieval.ask("被狗咬了谁赔", TODAY)[0].act == "动物法"
    assert len(list(place.glob("index-*"))) == 1  # the former one is swept


def test_the_same_library_gives_the_same_encoder(large: Version, place: Path) -> None:
    retrieval.train()
    one = {k: np.array(v) for k, v in store.load(place, "encoder").arrays.items()}
    retrieval.train()
    other = store.load(place, "encoder").arrays
    assert all(np.array_equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize(
    ("kind", "file"), [("encoder", "vectors.npy"), ("index", "index_weights.npy"), ("index", "manifest.json")]
)
def test_damage_is_noticed_and_words_go_on(large: Version, place: Path, kind: str, file: str) -> None:
    retrieval.train(steps=1)
    path = place / store.current(place, kind) / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    service.forget()
    hits = retrieval.ask("房东不退押金怎么办", TODAY)
    state = retrieval.state()
    assert hits[0].act == "租赁法"
    assert state.encoder == "none"
    assert "损坏" in state.problem


def test_a_writer_that_dies_changes_nothing(large: Version, place: Path, monkeypatch) -> None:
    before = retrieval.train(steps=1)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        retrieval.rebuild()
    assert retrieval.state().name == before.name
    assert retrieval.ask("房东不退押金怎么办", TODAY)


def test_one_writer_at_a_time(large: Version, place: Path) -> None:
    with store.writing(place), pytest.raises(store.Busy):
        retrieval.rebuild()


def test_too_little_to_learn_from_is_said(law: Version) -> None:
    from xiezhi.commands.law.train import train

    ran = CliRunner().invoke(train, [])
    assert ran.exit_code == 1
    assert "1,000" in ran.output


def test_the_command_asks(law: Version, monkeypatch) -> None:
    from xiezhi.commands.law.ask import ask

    ran = CliRunner().invoke(ask, ["房东不退押金怎么办"])
    assert ran.exit_code == 0, ran.output
    assert "租赁法（2021）第2条" in ran.output


def tiny_model(folder: Path) -> None:
    """A real model: vectors of words looked up, nothing more. Words of letting point one way, all others another."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir()
    letting = "押金租房东"
    alphabet = ["[UNK]", "[PAD]", *letting]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(alphabet)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.zeros((len(alphabet), 4), dtype=np.float32)
    table[0, 0], table[1, 1], table[2:, 2] = 0.1, 1, 1
    node = helper.make_node("Gather", ["table", "input_ids"], ["hidden"])
    graph = helper.make_graph(
        [node], "tiny",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["b", "t"])],
        [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["b", "t", 4])],
        [numpy_helper.from_array(table, "table")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "retrieval.json").write_text(json.dumps({"pooling": "mean", "question": "", "length": 64}))


def test_a_model_of_ones_own_takes_the_place_of_the_encoder(law: Version, tmp_path: Path, settings) -> None:
    tiny_model(tmp_path / "model")
    settings.LAW_MODEL = str(tmp_path / "model")
    state = retrieval.rebuild()
    assert state.encoder == "model"
    found = service._loaded().searcher
    asked = found.engine.encoder.scores(service.engine.Question.of("房东押金"))
    texts = [p.text for p in Provision.objects.order_by("pk")]
    letting = [i for i, t in enumerate(texts) if "押金" in t]
    assert {int(i) for i in np.argsort(-asked)[: len(letting)]} == set(letting)
    assert retrieval.ask("房东不退押金", TODAY)[0].act == "租赁法"
    (tmp_path / "model" / "model.onnx").write_bytes(b"broken")
    service.forget()
    assert retrieval.ask("房东不退押金", TODAY)[0].act == "租赁法"
    assert retrieval.state().encoder == "none" and retrieval.state().problem
