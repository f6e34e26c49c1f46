"""The peer of the linkage benchmark: Splink 5 on DuckDB, set up from its documentation, on cleaned input.

Cleaning is what a careful user does before: identity numbers in one form (full width, letters a scanner makes of digits, 15 to
18 digits), phones and dates in one form, blanks and brackets out of names, dates of birth from valid numbers where missing.
Everything after that is Splink's own: comparisons of its library, term frequencies, eight blocking rules, u by sampling, m by
expectation maximization, clusters by connected components. The threshold is the best one for it, found with the truth.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as cl

from xiezhi.datacenter.link import generator

FULL = "".join(chr(c + 0xFEE0) for c in range(33, 127))
HALF = "".join(chr(c) for c in range(33, 127))
COMPOUND = ("欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "令狐", "慕容", "夏侯", "端木")
WEIGHTS = "[7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2]"
THRESHOLDS = (0.3, 0.5, 0.7, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)


def clean(connection: duckdb.DuckDBPyConnection, records: Path) -> None:
    """The table `cleaned` from the records of a set."""
    full, half = FULL.replace("'", "''"), HALF.replace("'", "''")

    def narrow(column: str) -> str:
        return f"translate({column}, '{full}　', '{half} ')"

    def check(column: str) -> str:
        return (
            f"substr('10X98765432', 1 + CAST(list_sum(list_transform(range(1, 18), "
            f"lambda i: CAST({column}[i] AS INTEGER) * {WEIGHTS}[i])) % 11 AS INTEGER), 1)"
        )

    connection.execute("CREATE TEMP MACRO blank(x) AS nullif(x, '')")
    connection.execute(
        f"""
        CREATE TABLE first AS SELECT record_id AS unique_id, base, sex[1:1] AS sex, division[1:6] AS division, license_no,
          blank(regexp_replace(regexp_replace({narrow("name")}, '\\(.*\\)', ''), '[\\s]', '', 'g')) AS name,
          regexp_replace(translate(upper({narrow("id_no")}), '×✕*K', 'XXXX'), '[^0-9A-Z|]', '', 'g') AS raw_id, id_type,
          regexp_replace({narrow("phone")}, '[^0-9]', '', 'g')[-11:] AS phone,
          regexp_extract_all(birth_date, '[0-9]+') AS parts,
          regexp_replace(regexp_replace(address, '^云岭省', ''), '^..市', '') AS address,
          regexp_replace(regexp_replace(employer, '^云岭省', ''), '有限责任公司$', '有限公司') AS employer
        FROM read_parquet('{records}/*.parquet')"""
    )
    connection.execute(
        """
        CREATE TABLE second AS SELECT * EXCLUDE (raw_id, parts),
          CASE WHEN coalesce(id_type, '居民身份证') <> '居民身份证' THEN raw_id
            WHEN length(raw_id) = 15 THEN translate(raw_id, 'OQDIL|ZSB', '000111258')[1:6] || '19' || translate(raw_id, 'OQDIL|ZSB', '000111258')[7:15]
            ELSE translate(raw_id, 'OQDIL|ZSB', '000111258') END AS long_id,
          CASE WHEN len(parts) = 3 THEN parts[1] || '-' || lpad(parts[2], 2, '0') || '-' || lpad(parts[3], 2, '0')
            WHEN len(parts) = 1 AND length(parts[1]) = 8 THEN parts[1][1:4] || '-' || parts[1][5:6] || '-' || parts[1][7:8] END AS written
        FROM first"""
    )
    connection.execute(
        f"""
        CREATE TABLE third AS SELECT *, CASE WHEN regexp_full_match(long_id, '[0-9]{{17}}') THEN long_id || {check("long_id")} ELSE blank(long_id) END AS id_no
        FROM second"""
    )
    compound = ", ".join(f"'{s}'" for s in COMPOUND)
    connection.execute(
        f"""
        CREATE TABLE cleaned AS SELECT unique_id, base, CASE sex WHEN '1' THEN '男' WHEN '2' THEN '女' ELSE sex END AS sex, division, license_no,
          name, CASE WHEN name[1:2] IN ({compound}) THEN name[1:2] ELSE name[1:1] END AS surname,
          CASE WHEN name[1:2] IN ({compound}) THEN name[3:] ELSE name[2:] END AS given, blank(phone) AS phone, address, employer, id_no,
          coalesce(written, CASE WHEN regexp_full_match(id_no, '[0-9]{{17}}[0-9X]') AND id_no[18] = {check("id_no")}
            THEN id_no[7:10] || '-' || id_no[11:12] || '-' || id_no[13:14] END) AS birth_date
        FROM third"""
    )
    connection.execute("DROP TABLE first; DROP TABLE second; DROP TABLE third")


def settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ForenameSurnameComparison("given", "surname", forename_surname_concat_col_name="name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.LevenshteinAtThresholds("id_no", [1, 2]),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("employer").configure(term_frequency_adjustments=True),
            cl.ExactMatch("division"),
            cl.ExactMatch("license_no"),
            cl.ExactMatch("sex"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("id_no"),
            block_on("name", "birth_date"),
            block_on("phone", "surname"),
            block_on("phone", "birth_date"),
            block_on("name", "address"),
            block_on("name", "employer"),
            block_on("license_no"),
            block_on("birth_date", "division", "surname"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


@dataclass
class Result:
    seconds: float
    parts: dict[str, float]
    processor: float
    """Seconds of all threads in the same parts."""
    threshold: float
    score: generator.Score
    by_threshold: dict[float, tuple[float, float]]
    """Threshold: F1, F1 of hard pairs."""
    pairs: int
    unblocked: float
    """Share of the missed true pairs that no blocking rule brings together."""


def run(folder: Path, *, rules: SettingsCreator | None = None) -> Result:
    """Link the set in `folder`. The time holds cleaning, training, prediction and one clustering, and not the search for the
    best threshold."""
    parts: dict[str, float] = {}
    processor = 0.0
    with tempfile.TemporaryDirectory(prefix="xz-stock-") as home:
        connection = duckdb.connect(str(Path(home) / "stock.duckdb"))
        connection.execute(f"SET temp_directory='{home}/spill'; SET preserve_insertion_order=false")
        begun, used = time.perf_counter(), time.process_time()
        clean(connection, folder / "records")
        parts["clean"] = time.perf_counter() - begun
        processor += time.process_time() - used

        begun, used = time.perf_counter(), time.process_time()
        api = DuckDBAPI(connection=connection)
        linker = Linker(
            api.register("cleaned", dataset_display_name="records"), rules or settings(), log_level=logging.ERROR
        )
        linker.training.estimate_probability_two_random_records_match(
            [block_on("id_no"), block_on("name", "birth_date")], recall=0.9
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        for rule in (block_on("name", "birth_date"), block_on("id_no"), block_on("phone")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        parts["train"] = time.perf_counter() - begun
        processor += time.process_time() - used

        begun, used = time.perf_counter(), time.process_time()
        predicted = linker.inference.predict(threshold_match_probability=0.2)
        parts["predict"] = time.perf_counter() - begun
        processor += time.process_time() - used
        found: dict[float, tuple[float, float]] = {}
        best: tuple[float, generator.Score, float, float] | None = None
        for threshold in THRESHOLDS:
            begun, used = time.perf_counter(), time.process_time()
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predicted, threshold_match_probability=threshold
            )
            file = Path(home) / f"clusters-{threshold}.parquet"
            connection.execute(
                f"COPY (SELECT unique_id AS record_id, cluster_id FROM {clusters.physical_name}) TO '{file}'"
            )
            taken, spent = time.perf_counter() - begun, time.process_time() - used
            score = generator.score(file, folder / "truth.parquet")
            found[threshold] = (score.all.f1, score.hard.f1)
            if best is None or score.all.f1 > best[1].all.f1:
                best = (threshold, score, taken, spent)
                connection.execute(
                    f"CREATE OR REPLACE TABLE best AS SELECT unique_id, cluster_id FROM {clusters.physical_name}"
                )
        assert best is not None
        parts["cluster"] = best[2]
        processor += best[3]
        pairs, unblocked = _unblocked(connection, folder, predicted.physical_name)
        connection.close()
    return Result(sum(parts.values()), parts, processor, best[0], best[1], found, pairs, unblocked)


def _unblocked(connection: duckdb.DuckDBPyConnection, folder: Path, predicted: str) -> tuple[int, float]:
    """Pairs predicted, and the share of missed true pairs that share no blocking key."""
    pairs = connection.execute(f"SELECT count(*) FROM {predicted}").fetchone()
    row = connection.execute(
        f"""
        WITH t AS (SELECT person_id, c.*, b.cluster_id FROM read_parquet('{folder}/truth.parquet') t
          JOIN cleaned c ON c.unique_id = t.record_id JOIN best b ON b.unique_id = t.record_id),
        missed AS (SELECT l.*, r.name AS name2, r.birth_date AS birth2, r.phone AS phone2, r.surname AS surname2, r.address AS address2,
          r.employer AS employer2, r.license_no AS license2, r.division AS division2, r.id_no AS id2
          FROM t l JOIN t r ON l.person_id = r.person_id AND l.unique_id < r.unique_id AND l.cluster_id <> r.cluster_id)
        SELECT avg(CASE WHEN id_no = id2 OR license_no = license2 OR (name = name2 AND (birth_date = birth2 OR address = address2 OR employer = employer2))
          OR (phone = phone2 AND (surname = surname2 OR birth_date = birth2)) OR (birth_date = birth2 AND division = division2 AND surname = surname2)
          THEN 0 ELSE 1 END) FROM missed"""
    ).fetchone()
    assert pairs is not None and row is not None
    return int(pairs[0]), float(row[0] or 0)


def describe(result: Result) -> list[str]:
    score = result.score
    return [
        f"F1 {score.all.f1:.4f}, hard pairs {score.hard.f1:.4f} (recall {score.hard.recall:.4f}); precision {score.all.precision:.4f}, recall {score.all.recall:.4f}; threshold {result.threshold}",
        f"{result.pairs:,} pairs above 0.2; {result.unblocked:.0%} of the missed pairs in no block",
        f"{result.seconds:.1f} s ({result.processor:.1f} s of processor): "
        + ", ".join(f"{name} {seconds:.1f}" for name, seconds in result.parts.items()),
        "F1 (hard) by threshold: " + ", ".join(f"{t}: {a:.4f} ({h:.4f})" for t, (a, h) in result.by_threshold.items()),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="Not used; one run")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rates", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="A set that exists already")
    parser.add_argument("--json", type=Path, help="Write the figures to this file")
    parser.add_argument("--kinds", action="store_true", help="Print the missed pairs by kind of error")
    args = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="xz-linkage-") as scratch:
        where = args.folder or Path(scratch)
        if args.folder is None:
            generator.generate(where, records=args.records, seed=args.seed, rates=generator.Rates().scaled(args.rates))
        outcome = run(where)
        print("\n".join(describe(outcome)))
        if args.json:
            figures = {
                "seconds": outcome.seconds,
                "processor": outcome.processor,
                "parts": outcome.parts,
                "threshold": outcome.threshold,
            }
            figures |= {
                "pairs": outcome.pairs,
                "unblocked": outcome.unblocked,
                "score": json.loads(outcome.score.as_json()),
            }
            args.json.write_text(json.dumps(figures))
        if args.kinds:
            for kind, (true, missed) in outcome.score.kinds.items():
                print(f"{kind:<22}{true:>10,}{missed:>10,}{missed / max(1, true):>8.1%}")
