"""The canonical table: what is in it, and that nothing but its own form is read back."""

import re
from dataclasses import replace

import pytest
from azr_workbooks import (
    CROSSTABLE,
    MUNICIPALITIES,
    OLDER_MUNICIPALITIES,
    SERIES,
    as_text,
    as_xlsx,
    kept,
    municipalities_of,
    origin,
    sample,
    sheet_of,
    table_of,
    with_cell,
)

from ingest.azr import canonical, crosstable, reduction, series
from kreishaus.model import FileRejected, Reduced, UnreadableFile
from kreishaus.settings import Settings

READERS = {
    ("crosstable", CROSSTABLE): crosstable.parse,
    ("series", SERIES): series.parse,
    ("municipalities", MUNICIPALITIES): municipalities_of,
    ("municipalities", OLDER_MUNICIPALITIES): municipalities_of,
}


def reduced(dataset: str, content: bytes, label: str) -> Reduced:
    return getattr(reduction, dataset)(content, label, Settings())


def table(dataset: str = "crosstable", name: str = CROSSTABLE) -> str:
    return reduced(dataset, sample(name), name).content.decode()


def read(text: str, dataset: str = "crosstable"):
    return canonical.read(dataset, text.encode(), origin(CROSSTABLE))


LINE = "1;crosstable;2021-09-30;settlement_23_2;sex/male;171;;"


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("form;dataset", "dataset;form", "1"),
        (LINE, LINE.replace("1;c", "2;c", 1), "3"),
        (LINE, LINE.replace("crosstable", "series"), "3"),
        (LINE, LINE.replace("2021-09-30", "30.09.2021"), "3"),
        (LINE, LINE.replace("2021-09-30", "2021-06-30"), "3"),
        (LINE, LINE.replace("settlement", "Settlement"), "3"),
        (LINE, LINE.replace("sex/male", "sex/diverse"), "3"),
        (LINE, LINE.replace("171", "0171"), "3"),
        (LINE, LINE.replace("171", "171.0"), "3"),
        (LINE, LINE.replace("171", "-1"), "3"),
        (LINE, LINE.replace("171", ""), "3"),
        (LINE, LINE.replace("171;;", "171;-;"), "3"),
        (LINE, LINE.replace("171;;", ";k.A.;"), "3"),
        (LINE, LINE.replace("sex/male", "sex/not_stated"), "3"),
        (LINE, LINE + ";", "3"),
        ("2021-11-30T00:00:00+00:00", "2021-11-30 00:00", "2"),
        ("2021-11-30T00:00:00+00:00", "", "3"),
    ],
)
def test_a_table_that_is_not_of_the_form_is_not_read(old, new, row):
    text = table()
    assert old in text
    with pytest.raises(UnreadableFile) as refusal:
        read(text.replace(old, new, 1))
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.row) == ("canonical_table", row)


@pytest.mark.parametrize("content", [b"", b"\xff", sample(CROSSTABLE)])
def test_other_bytes_are_no_canonical_table(content):
    with pytest.raises(UnreadableFile):
        canonical.read("crosstable", content, origin(CROSSTABLE))


def test_a_head_without_a_line_is_no_table():
    with pytest.raises(UnreadableFile):
        read(table().splitlines()[0] + "\n")


@pytest.mark.parametrize(("dataset", "name"), READERS)
def test_what_is_read_back_is_what_was_read(dataset, name):
    """Every column with its type, the place in the office's file too."""
    before = READERS[dataset, name](sample(name), origin(name))
    after = kept(dataset, sample(name), name)
    assert (after.period, after.published_at) == (before.period, before.published_at)
    rows, again = before.tables["cells"], after.tables["cells"]
    assert again[rows.columns].dtypes.equals(rows.dtypes)
    assert again[rows.columns].equals(rows)


def test_the_table_holds_codes_counts_and_recognised_words():
    lines = table("municipalities", OLDER_MUNICIPALITIES).splitlines()
    assert lines[1] == "1;municipalities;2020-03-31;05162004;total;7981;;Dormagen;;;;CSV;6"
    assert len(lines) == 1 + 9 * 5
    assert table().splitlines()[2].startswith(LINE + "Niederlassungserlaubnis nach § 23 Abs. 2")


def test_a_title_a_note_and_a_sheet_beside_the_table_are_not_kept():
    changed = with_cell(CROSSTABLE, "A1", "Ausländerzentralregister, Auswertung nach Status")
    text = reduced("crosstable", changed, CROSSTABLE).content.decode()
    assert "Auswertung" not in text
    assert "Muster" not in text
    assert "Hinweis" not in text


def test_the_same_table_of_two_programs_has_the_same_counts():
    rows = table_of(CROSSTABLE)
    one = reduced("crosstable", as_xlsx(rows), CROSSTABLE).reduction
    other = reduced("crosstable", as_text(rows), CROSSTABLE).reduction
    assert one.original != other.original
    assert one.counts == other.counts
    again = as_xlsx(rows)
    assert reduced("crosstable", again, CROSSTABLE) == reduced("crosstable", again, CROSSTABLE)


def test_one_other_count_is_told_apart():
    text = table()
    other = text.replace(LINE, LINE.replace("171", "172"))
    assert canonical.counts_of(text.encode()) != canonical.counts_of(other.encode())
    moved = re.sub(r";Kreuztabelle;\d+", ";Blatt;1", text)
    assert canonical.counts_of(text.encode()) == canonical.counts_of(moved.encode())


def test_warnings_go_beside_the_table_and_not_into_it():
    marked = as_xlsx(table_of(CROSSTABLE).with_value(12, 4, "3.399 ²"))
    made = reduced("crosstable", marked, CROSSTABLE)
    (warning,) = made.reduction.findings
    assert (warning.rule, warning.found) == ("footnote_mark", "marks in D12")
    assert kept("crosstable", marked, CROSSTABLE).findings == (warning,)
    assert "footnote" not in made.content.decode()


def test_a_recognised_table_that_cannot_be_read_is_refused_by_place_and_form():
    rows = table_of(CROSSTABLE)
    with pytest.raises(FileRejected) as refusal:
        reduced("crosstable", as_xlsx(rows.with_value(12, 4, None)), CROSSTABLE)
    text = str(refusal.value)
    assert text.startswith("sheet Kreuztabelle, row 12, column D: neither a count nor")
    assert "the office has it" in text


def test_a_refusal_for_two_dates_does_not_repeat_the_name_of_the_file():
    name = "Kreuztabelle Erika Musterfrau 1987-03-12.xlsx"
    with pytest.raises(FileRejected) as refusal:
        reduced("crosstable", sample(CROSSTABLE), name)
    assert "speak of several reference dates: leave one of them" in str(refusal.value)
    assert not re.search("Musterfrau|1987|12.03", str(refusal.value))


def test_a_table_of_ones_is_a_list_of_persons():
    """Persons by month of birth and status, as the sums of a series would add up."""
    months = [f"{month} 20{year}" for year in ("01", 12, 18) for month in ("Mrz", "Jun", "Sep")]
    towns = [["Stichtag: 31.03.2021"], ["Gemeinde", "Insgesamt"]]
    towns += [[name, 1] for name in Settings().county.municipalities.values()]
    rows = {
        "municipalities": [*towns, ["Kreis insgesamt", 8]],
        "series": [
            ["Status", *months],
            ["Anerkannte Flüchtlinge", 1, 0, 0, 1, 0, 0, 0, 0, 1],
            ["Flüchtlinge im Verfahren", 0, 1, 0, 0, 1, 0, 1, 0, 0],
            ["Aussetzung der Abschiebung (Duldungen)", 0, 0, 1, 0, 0, 1, 0, 1, 0],
            ["Flüchtlinge gesamt", 1, 1, 1, 1, 1, 1, 1, 1, 1],
        ],
    }
    for dataset, name in (("series", "AZR_Zeitreihe.xlsx"), ("municipalities", MUNICIPALITIES)):
        with pytest.raises(FileRejected) as refusal:
            reduced(dataset, sheet_of(*rows[dataset]), name)
        assert "most cells of the table count one person" in str(refusal.value)


def test_sums_by_sex_are_quoted_in_recognised_counts_alone():
    rows = [["Stichtag: 31.03.2021"], ["Gemeinde", "Insgesamt", "männlich", "weiblich"]]
    towns = list(Settings().county.municipalities.values())
    rows += [[town, 2, 1, 1] for town in towns[:-1]] + [[towns[-1], 2, 1, 2]]
    rows += [["Kreis insgesamt", 16, 8, 9]]
    with pytest.raises(FileRejected) as refusal:
        reduced("municipalities", sheet_of(*rows), MUNICIPALITIES)
    assert "the sexes do not make the total of their row" in str(refusal.value)
    assert "(expected 2, found 3)" in str(refusal.value)


@pytest.mark.parametrize(
    ("label", "kept_as"),
    [
        ("Summe Zeile 9, 11, 18 Flüchtlinge gesamt", "Summe Zeile 9, 11, 18 Flüchtlinge gesamt"),
        ("Zeilen 130412004711 Flüchtlinge gesamt", "fluechtlinge gesamt"),
    ],
)
def test_numbers_in_a_label_of_an_earlier_home_are_kept_only_as_lines(label, kept_as):
    batch = series.parse(sample(SERIES), origin(SERIES))
    cells = batch.tables["cells"].copy()
    cells.loc[cells["status_code"] == "total", "status_label"] = label
    earlier = replace(batch, tables={"cells": cells})
    made = reduction.series.reduced(earlier, "0" * 64, SERIES, Settings())
    back = canonical.read("series", made.content, origin(SERIES)).tables["cells"]
    assert set(back[back["status_code"] == "total"]["status_label"]) == {kept_as}


def test_a_sheet_of_an_earlier_home_that_bears_a_name_is_called_a_table():
    batch = crosstable.parse(sample(CROSSTABLE), origin(CROSSTABLE))
    cells = batch.tables["cells"].assign(source_place="Erika Musterfrau")
    made = reduction.crosstable.reduced(
        replace(batch, tables={"cells": cells}), "0" * 64, CROSSTABLE, Settings()
    )
    assert "Musterfrau" not in made.content.decode()
    assert made.content.decode().splitlines()[1].endswith(";Tabelle;7")


def test_the_inputs_change_with_the_lists_of_the_county_and_the_dates_of_the_name():
    settings = Settings()
    county = settings.county.model_copy(update={"also_called": ("RKN",)})
    inputs = reduction.crosstable.inputs
    assert inputs(CROSSTABLE, settings) == inputs("Kreuztabelle 30.09.2021.xlsx", settings)
    assert inputs(CROSSTABLE, settings) != inputs("Kreuztabelle 31.12.2021.xlsx", settings)
    renamed = settings.model_copy(update={"county": county})
    assert inputs(CROSSTABLE, settings) != inputs(CROSSTABLE, renamed)
