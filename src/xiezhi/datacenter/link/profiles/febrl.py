"""Persons with Latin names and the fields of FEBRL: given name, surname, birth date, social security number, street, postcode.

The engine for Chinese records leans on identity numbers, characters and sounds, which these records do not have. Here Splink's
own comparisons do the weighing (they count letters rightly), and what lies around them is ours: cleaning before, blocks that
survive one wrong field, and clusters that are guarded after. In a linkage of two sets without doubles each record finds at most
one partner, best pairs first; within one set a cluster that hangs together by single weak links is taken apart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import pyarrow as pa

__all__ = ["FIELDS", "clean", "clusters", "link"]

FIELDS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth", "soc_sec_id",
)  # fmt: skip
THRESHOLD = 0.5
CERTAIN = 0.99
"""From here on a link needs no second witness."""


def clean(table: pa.Table) -> pa.Table:
    """Lower case, single blanks, empty fields empty; digits only where digits belong."""
    columns: dict[str, list[str | None]] = {"unique_id": [str(v) for v in table["record_id"].to_pylist()]}
    for name in FIELDS:
        values = table[name].to_pylist()
        texts = [" ".join(str(v).lower().split()) if v is not None else "" for v in values]
        if name in ("date_of_birth", "soc_sec_id", "postcode", "street_number"):
            texts = ["".join(c for c in text if c.isdigit()) for text in texts]
        columns[name] = [text if text not in ("", "nan", "none") else None for text in texts]
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _settings(between: bool, filled: set[str]) -> Any:
    """Comparisons and blocks over the columns that hold anything at all."""
    from splink import SettingsCreator, block_on
    from splink import comparison_library as cl

    comparisons = {
        "given_name": cl.NameComparison("given_name"),
        "surname": cl.NameComparison("surname"),
        "date_of_birth": cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        "soc_sec_id": cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        "street_number": cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        "postcode": cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        "address_1": cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        "suburb": cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
    }
    blocks = [
        ("soc_sec_id",), ("date_of_birth",), ("given_name", "surname"), ("postcode", "given_name"), ("postcode", "surname"),
        ("address_1", "street_number"), ("given_name", "street_number"), ("suburb", "surname"), ("suburb", "street_number"),
    ]  # fmt: skip
    rules: list[Any] = [block_on(*block) for block in blocks if filled.issuperset(block)]
    # names that changed columns; half of a number with the place
    rules.append("l.given_name = r.surname and l.surname = r.given_name")
    if filled.issuperset(("soc_sec_id", "postcode")):
        rules.append(block_on("substr(soc_sec_id, 1, 4)", "postcode"))
    return SettingsCreator(
        link_type="link_only" if between else "dedupe_only",
        comparisons=[comparison for name, comparison in comparisons.items() if name in filled],
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def link(tables: Sequence[pa.Table], *, seed: int = 1) -> pa.Table:
    """Link two tables without doubles, or find the doubles in one. Tables have `record_id` and FIELDS (text).

    Returns record_id, partner_record_id, probability of every pair above THRESHOLD. Raises ValueError for another number of
    tables or missing columns.
    """
    from splink import DuckDBAPI, Linker, block_on

    if len(tables) not in (1, 2):
        raise ValueError("One table or two")
    for table in tables:
        if missing := {"record_id", *FIELDS} - set(table.column_names):
            raise ValueError(f"Columns are missing: {', '.join(sorted(missing))}")
    cleaned = [clean(table) for table in tables]
    filled = {name for name in FIELDS if all(table[name].null_count < table.num_rows for table in cleaned)}
    empty = pa.table({"record_id": pa.array([], pa.string()), "partner_record_id": pa.array([], pa.string()), "probability": pa.array([], pa.float64())})  # fmt: skip
    if not filled.issuperset(("given_name", "surname")) or sum(table.num_rows for table in cleaned) < 2:
        return empty
    api = DuckDBAPI()
    frames = [api.register(table, dataset_display_name=f"set{n}") for n, table in enumerate(cleaned)]
    linker = Linker(
        frames if len(frames) > 1 else frames[0], _settings(len(tables) == 2, filled), log_level=logging.ERROR
    )
    training = linker.training
    sure = [("soc_sec_id",), ("given_name", "surname", "date_of_birth")]
    known: list[Any] = [block_on(*rule) for rule in sure if filled.issuperset(rule)]
    training.estimate_probability_two_random_records_match(known or [block_on("given_name", "surname")], recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
    for rule in (("date_of_birth",), ("postcode",), ("given_name", "surname")):
        if filled.issuperset(rule):
            # a pass in which some level never occurs stops with a probability of 0; the other passes carry the weights
            with suppress(ValueError):
                training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    found = linker.inference.predict(threshold_match_probability=THRESHOLD).as_record_list()
    found.sort(key=lambda row: (-row["match_probability"], row["unique_id_l"], row["unique_id_r"]))
    return pa.table(
        {
            "record_id": pa.array([row["unique_id_l"] for row in found], pa.string()),
            "partner_record_id": pa.array([row["unique_id_r"] for row in found], pa.string()),
            "probability": pa.array([float(row["match_probability"]) for row in found], pa.float64()),
        }
    )


def clusters(records: Iterable[str], pairs: pa.Table, *, single: bool) -> pa.Table:
    """record_id, cluster_id from the pairs of `link`. `single`: each record has at most one partner (two sets without doubles).

    Otherwise pairs are joined from the most probable down; a pair that is not certain joins two groups only if it is not the
    sole link between groups of three and more.
    """
    leader = {record: record for record in records}
    size = dict.fromkeys(leader, 1)
    taken: set[str] = set()
    weak: dict[tuple[str, str], int] = {}

    def of(record: str) -> str:
        while leader[record] != record:
            leader[record] = leader[leader[record]]
            record = leader[record]
        return record

    for a, b, probability in zip(*(pairs[name].to_pylist() for name in pairs.column_names), strict=True):
        one, other = sorted((of(a), of(b)))
        if one == other or (single and (a in taken or b in taken)):
            continue
        if not single and probability < CERTAIN and size[one] > 2 and size[other] > 2:
            weak[(one, other)] = weak.get((one, other), 0) + 1
            if weak[(one, other)] < 2:
                continue
        taken |= {a, b}
        leader[other] = one
        size[one] += size[other]
    return pa.table({"record_id": list(leader), "cluster_id": [of(record) for record in leader]})
