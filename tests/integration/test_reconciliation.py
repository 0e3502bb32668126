"""Printed figures against the marts, through all of Kreishaus; what an officer drops shows up."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nights import ask, ask_warehouse, rebuilt

from kreishaus.settings import Settings
from pipeline.steps import fetch_new, process_file
from warehouse.build import target

HEAD = """Dokument;Sozialausschuss, Sitzung vom 01.03.2022
Stelle;Tabelle 1
Region;05162
Angebotsform;vollstationaer
Zeilen;Stichtag
Spalten;Kennzahl
Spalte;Nicht belegt;vacant_places
Tabelle
Stichtag;Nicht belegt
"""


def taken_in(settings: Settings) -> None:
    """Land, check and stage what lies among the papers."""
    for landed in fetch_new("papers/figures", settings, "night").pending:
        outcome = process_file(landed, settings)
        assert outcome.status == "staged", outcome.explanation


def test_every_printed_number_has_a_verdict(installation: Settings) -> None:
    """Counted in the dropped files themselves, cell by cell."""
    printed = sum(
        len([cell for row in rows_of(path) for cell in row if any(map(str.isdigit, cell))])
        for path in sorted(installation.drop_folder("papers").glob("*.csv"))
    )
    assert printed == 2512
    assert ask(
        installation, "select count(*) from reconciliation where printed_value is not null"
    ) == [(printed,)]
    assert ask(installation, "select count(*) from published_figure where not is_understood") == [
        (0,)
    ]


def rows_of(path: Path) -> list[list[str]]:
    """The figures of a table: without its labels and its columns of text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = {line.split(";")[1] for line in lines if line.endswith(";Text")}
    header, *rows = csv.reader(lines[lines.index("Tabelle") + 1 :], delimiter=";")
    figures = [at for at, label in enumerate(header) if at and label not in texts]
    return [[row[at] for at in figures if at < len(row)] for row in rows]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param(
            "select period_code, value_as_printed, mart_value from reconciliation "
            "where reason_code = 'first_applications_only' order by 1",
            [
                ("2018-10", "13001", 14824.0),
                ("2018-11", "12118", 14130.0),
                ("2018-12", "8900", 10561.0),
            ],
            id="three months print first applications as all",
        ),
        pytest.param(
            "select metric_code, period_code, item_code, value_as_printed from reconciliation "
            "where reason_code = 'typing_error_suspected' order by 1, 2",
            [
                ("asylum_applications", "2018-06", "", "13255"),
                ("asylum_decisions_positive", "2019-01", "", "7470"),
                ("asylum_protection_share", "2018-08", "", "25,9"),
                ("planned_places", "2021-10-01", "offer_type=wg_ambulant", "64"),
            ],
            id="typing errors",
        ),
        pytest.param(
            "select metric_code, period_code, printed_number, round(computed_number, 2) "
            "from reconciliation_identity where verdict = 'contradicts' and basis = 'same_table' "
            "order by 1",
            [
                ("asylum_decisions", "2016-12", 80638.0, 80645.0),
                ("asylum_protection_share", "2018-08", 25.9, 35.88),
                ("planned_places", "2021-10-01", 64.0, 66.0),
            ],
            id="tables that contradict themselves",
        ),
        pytest.param(
            "select period_code from reconciliation where reason_code = 'not_in_top_ten' "
            "and item_code = 'country=224' order by 1",
            [("2019-01",), ("2019-02",), ("2019-04",)],
            id="Eritrea was not among the ten",
        ),
        pytest.param(
            "select value_as_printed, mart_value, verdict, reason_code from reconciliation "
            "where metric_code = 'mean_vacant_places'",
            [("199", 199.9, "rounded", "truncated")],
            id="the mean was cut",
        ),
        pytest.param(
            "select row_label, verdict from reconciliation where verdict <> 'equal' "
            "and metric_code in ('vacant_places', 'care_fte', 'skilled_share', 'refugees_persons')",
            [],
            id="vacancies, staffing and the series as printed",
        ),
        pytest.param(
            "select count(*) from reconciliation join metric_value "
            "using (metric_code, region_code, period_code, item_code) "
            "where verdict in ('equal', 'rounded') and abs(mart_value - value) > 0",
            [(0,)],
            id="a report and a BI tool read the same value",
        ),
        pytest.param(
            "select printed_number, computed_number, basis from reconciliation_identity "
            "where metric_code = 'vacant_places' and identity_kind = 'parts_of_whole'",
            [(217.0, 217.0, "other_table")],
            id="eight municipalities against the total of another table",
        ),
    ],
)
def test_what_the_rules_find_by_themselves(
    installation: Settings, sql: str, expected: list[tuple[Any, ...]]
) -> None:
    assert ask(installation, sql) == expected


MINE = (
    "select period_code, value_as_printed, verdict, revision from reconciliation "
    "where place = 'Tabelle 1' order by 1"
)
FROM_PAPERS = ("+stg_kreishaus__batches_in_force", "stg_papers__figures+")
"""Which files count, and all that is made from what lies among the papers."""


@pytest.fixture(scope="module")
def mine_at_first(installation: Settings) -> list[tuple[Any, ...]]:
    """The verdicts on an officer's table, before a second night took its correction in.

    In that night the planned offers come again, too, without the county's row.
    """
    folder = installation.drop_folder("papers")
    (folder / "neu.csv").write_text(f"{HEAD}2021-08-15;217\n15.05.2021;272\n", encoding="utf-8")
    taken_in(installation)
    rebuilt(installation, *FROM_PAPERS)
    found = ask_warehouse(installation, MINE)
    mended = f"{HEAD}2021-08-15;217\r\n15.05.2021;271\r\n".encode("cp1252")
    (folder / "neu_korrigiert.csv").write_bytes(mended)
    planned = (folder / "wtg_planned_2021-10-01.csv").read_text(encoding="utf-8")
    without = [line for line in planned.splitlines() if not line.startswith("RKN;120")]
    (folder / "geplant_neu.csv").write_text("\n".join(without), encoding="utf-8")
    taken_in(installation)
    rebuilt(installation, *FROM_PAPERS, "+revisions")
    return found


def test_an_officer_drops_a_table_and_mends_it(
    installation: Settings, mine_at_first: list[tuple[Any, ...]]
) -> None:
    """One right, one wrong; a file of another name and the same document and place replaces it."""
    assert mine_at_first == [
        ("2021-05-15", "272", "differs", 1),
        ("2021-08-15", "217", "equal", 1),
    ]
    assert ask_warehouse(installation, MINE) == [
        ("2021-05-15", "271", "equal", 2),
        ("2021-08-15", "217", "equal", 2),
    ]
    assert ask_warehouse(
        installation,
        "select change_kind, old_value, new_value from revisions "
        "where dataset_id = 'papers/figures' and column_name = 'value_as_printed' "
        "and change_kind <> 'removed'",
    ) == [("changed", "272", "271")]


@pytest.mark.usefixtures("mine_at_first")
def test_a_total_that_went_missing_is_told(installation: Settings) -> None:
    """The planned offers without the county's row: no total anywhere; the build warns."""
    assert ask_warehouse(
        installation,
        "select item_code, computed_number from reconciliation_identity "
        "where verdict = 'total_missing' order by 1",
    ) == [
        ("offer_type=servicewohnen", 85.0),
        ("offer_type=solitaere_kurzzeitpflege", 22.0),
        ("offer_type=tagespflege", 135.0),
        ("offer_type=vollstationaer", 120.0),
        ("offer_type=wg_ambulant", 66.0),
    ]


def test_a_column_that_a_mart_no_longer_has_breaks_the_build(installation: Settings) -> None:
    """The metric must not vanish: its SQL names the column."""
    compiled = next((target(installation) / "run").rglob("metric_value.sql")).read_text()
    sql = compiled[compiled.index("select\n") : compiled.rindex(")")]
    with duckdb.connect(str(installation.warehouse / "kreishaus.duckdb")) as warehouse:
        database = warehouse.sql("select current_database()").fetchone()
        assert database and f'"{database[0]}"."marts"."vacancy_by_region"' in sql
        warehouse.sql("begin")
        warehouse.sql("alter table marts.vacancy_by_region rename column vacant_places to vacant")
        with pytest.raises(duckdb.BinderException, match="vacant_places"):
            warehouse.sql(sql.split("union all")[0])
        warehouse.sql("rollback")
