"""The published tables as other offices and other programs would write them: the same cells."""

from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pytest
from azr_workbooks import (
    CROSSTABLE,
    FORMATS,
    MUNICIPALITIES,
    SERIES,
    Table,
    as_ods,
    as_xls,
    as_xlsx,
    kept,
    origin,
    sample,
    table_of,
)

from ingest.azr import crosstable, series
from kreishaus.model import UnreadableFile

DATASETS = {CROSSTABLE: "crosstable", SERIES: "series", MUNICIPALITIES: "municipalities"}
KEYS = {
    CROSSTABLE: ["reference_date", "status_code", "margin", "group_code"],
    SERIES: ["reference_date", "status_code"],
    MUNICIPALITIES: ["reference_date", "region_code", "sex_code"],
}


def cells(name: str, content: bytes, label: str | None = None) -> list[tuple[object, ...]]:
    """What is counted where, after the guard let the file in; without its place in the file."""
    frame = kept(DATASETS[name], content, label or name).tables["cells"]
    chosen = frame[[*KEYS[name], "value", "marker"]].sort_values(KEYS[name])
    return list(
        chosen.astype(object).where(chosen.notna(), None).itertuples(index=False, name=None)
    )


@cache
def expected(name: str) -> list[tuple[object, ...]]:
    """Those of the sample; other tests hold them against the published figures."""
    return cells(name, sample(name))


def title_rows(table: Table) -> Table:
    return table.row_inserted(1, "Der Landrat").row_inserted(3, "Auswertung", "1. Entwurf")


def empty_rows_and_columns(table: Table) -> Table:
    rows = table.row_inserted(len(table.rows) - 4).row_inserted(9).row_inserted(9)
    return rows.column_inserted(1).column_inserted(7)


def notes_sheet(table: Table) -> Table:
    notes = [["Erläuterungen"], ["k.A.", "keine Angabe im Register"], ["Stand", "14.10.2021"]]
    return replace(table, others=[("Nachweis", notes, False)])


def blanks_for_points(value: object) -> object:
    return f"{value:,}".replace(",", " ") if isinstance(value, int) and value > 99 else value


def as_typed_text(value: object) -> object:
    return f" {value:,} ".replace(",", ".") if isinstance(value, int) and value > 99 else value


def breaks_and_capitals(value: object) -> object:
    return value.replace(" ", "\n", 1).upper() if value in {"bis 16", "Männlich"} else value


VARIANTS = {
    "as it is": lambda table: table,
    "more title rows": title_rows,
    "empty rows and columns": empty_rows_and_columns,
    "a sheet of notes": notes_sheet,
    "numbers as text, blanks for thousands": lambda table: table.with_cells(blanks_for_points),
    "numbers as text, points for thousands": lambda table: table.with_cells(as_typed_text),
    "line breaks and capitals in headers": lambda table: table.with_cells(breaks_and_capitals),
}


NAMES = [CROSSTABLE, SERIES, MUNICIPALITIES]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_every_format_gives_the_same_cells(name, form):
    written = FORMATS[form](empty_rows_and_columns(table_of(name)))
    assert cells(name, written) == expected(name)


@pytest.mark.parametrize("form", ["xlsx", "csv ; cp1252"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_variant_gives_the_same_cells(name, variant, form):
    written = FORMATS[form](VARIANTS[variant](table_of(name)))
    assert cells(name, written) == expected(name)


def without_column(table: Table, column: int) -> Table:
    rows = [[*row[: column - 1], *row[column:]] for row in table.rows]
    merged = [area for area in table.merged if area[1] > column or area[3] < column]
    moved = [
        (top, left - (left > column), bottom, right - (right > column))
        for top, left, bottom, right in merged
    ]
    return replace(table, rows=rows, merged=moved)


def turned_round(table: Table) -> Table:
    """All columns of groups from right to left; their upper headers along with them."""
    merged = [(5, 3, 5, 11), (5, 12, 6, 12), (5, 13, 5, 16), (5, 1, 6, 1), (5, 2, 6, 2)]
    rows = [list(row) + [None] * (16 - len(row)) for row in table.rows]
    rows = [[*row[:2], *reversed(row[2:16])] for row in rows]
    rows[4] = ["Zeile", "Bezeichnung", "Altersgruppen", *[None] * 8, "Gesamt", "Geschlecht"]
    return Table(table.title, rows, merged)


def relabelled(old: str, new: str):
    return lambda table: table.with_cells(
        lambda value: value.replace(old, new) if isinstance(value, str) else value
    )


CROSSTABLE_VARIANTS = {
    "columns turned round": turned_round,
    "no line numbers": lambda table: without_column(table, 1),
    "line references moved": relabelled("Summe Zeilen 3 - 8", "Summe Zeilen 5 bis 10"),
    "line references in other words": relabelled("(Summe Zeile 9, 11, 18)", "= Z. 9 + 11 und 18"),
    "German quotes": relabelled('"', "„"),
    "footnote marks on labels": relabelled("Familiäre Gründe Syrien", "Familiäre Gründe Syrien ²"),
    "other words for groups": relabelled("bis 16", "unter 16"),
    "no upper header, k.A. written out": lambda table: (
        table.with_value(5, 3, None)
        .with_value(5, 8, None)
        .with_value(6, 3, "Geschlecht k.A.")
        .with_value(6, 8, "Alter k.A.")
    ),
    "unmerged": lambda table: replace(table, merged=[]),
    "the total merged over the column of line numbers": lambda table: replace(
        table.with_value(23, 1, "GESAMT").with_value(23, 2, None),
        merged=[*table.merged, (23, 1, 23, 2)],
    ),
    "title merged over the table": lambda table: replace(
        table, merged=[*table.merged, (1, 1, 1, 16), (2, 1, 2, 16)]
    ),
}


@pytest.mark.parametrize("form", ["xls", "ods", "csv ; cp1252"])
@pytest.mark.parametrize("variant", CROSSTABLE_VARIANTS)
def test_the_cross_table_in_other_hands(variant, form):
    if form.startswith("csv") and "over the column" in variant:
        pytest.skip("a text has no merged cells")
    written = FORMATS[form](CROSSTABLE_VARIANTS[variant](table_of(CROSSTABLE)))
    assert cells(CROSSTABLE, written) == expected(CROSSTABLE)


def test_a_hidden_row_is_read_as_any_other():
    from azr_workbooks import changed

    def hide(sheet):
        sheet.row_dimensions[12].hidden = True
        sheet.column_dimensions["G"].hidden = True

    assert cells(CROSSTABLE, changed(CROSSTABLE, hide)) == expected(CROSSTABLE)


def test_footnote_marks_behind_numbers_are_read_without_them_and_said():
    marked = table_of(CROSSTABLE).with_value(12, 4, "3.399 ²").with_value(20, 16, "0*")
    batch = crosstable.parse(as_xlsx(marked), origin(CROSSTABLE))
    assert cells(CROSSTABLE, as_xlsx(marked)) == expected(CROSSTABLE)
    (warning,) = batch.findings
    assert (warning.rule, warning.severity) == ("footnote_mark", "warning")
    assert warning.found == "marks in D12, P20"


def test_formulas_that_were_never_calculated_are_named_as_such():
    table = table_of(CROSSTABLE).with_value(23, 7, "=G13+G15+G22")
    with pytest.raises(UnreadableFile) as refusal:
        crosstable.parse(as_xlsx(table), origin(CROSSTABLE))
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.row, finding.column) == ("number", "23", "G (Gesamt)")
    assert "never calculated" in finding.message


@pytest.mark.parametrize("write", [as_xlsx, as_ods])
def test_a_date_cell_shown_with_its_day_is_that_day(write):
    """31.08.2018 typed as a date; no quarter ends then."""
    table = table_of(SERIES).with_value(5, 7, datetime(2018, 8, 31))
    assert cells(SERIES, write(table)) == expected(SERIES)


def test_an_old_workbook_shows_its_dates_with_their_days_too():
    table = table_of(SERIES).with_value(5, 7, datetime(2018, 8, 31))
    assert cells(SERIES, as_xls(table)) == expected(SERIES)


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods", "csv ; cp1252"])
def test_one_more_date_is_five_more_cells(form):
    table = table_of(SERIES)
    longer = ["Dez 2021", 7500, 800, 1400, "9.700", 900]
    for row, value in enumerate(longer, start=5):
        table = table.with_value(row, 20, value)
    added = set(cells(SERIES, FORMATS[form](table))) - set(expected(SERIES))
    assert {(day, value) for day, _, value, _ in added} == {
        (date(2021, 12, 31), value) for value in (7500, 800, 1400, 9700, 900)
    }


def test_a_date_that_ends_no_month_stays_that_date():
    table = table_of(SERIES).with_value(5, 19, "15.09.2021")
    assert {day for day, *_ in cells(SERIES, as_xlsx(table))} >= {date(2021, 9, 15)}


def test_an_older_value_that_changed_is_a_revision_of_the_same_period():
    table = table_of(SERIES).with_value(6, 2, 5430).with_value(9, 2, "9.214")
    batch = series.parse(as_xlsx(table), origin(SERIES))
    assert batch.period == "all"
    changed = set(cells(SERIES, as_xlsx(table))) - set(expected(SERIES))
    assert {(day, status, value) for day, status, value, _ in changed} == {
        (date(2017, 6, 30), "recognised", 5430),
        (date(2017, 6, 30), "total", 9214),
    }
