"""Words beside numbers, and in place of them: no word lands, and no figure is lost for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from test_papers_figures import HEAD

from ingest.printed_tables.figures import parse
from ingest.printed_tables.kept import strip
from ingest.printed_tables.numbers import NOT_UNDERSTOOD, read_printed
from kreishaus.model import Batch, FileRejected, Finding, Origin
from kreishaus.settings import Settings

ORIGIN = Origin("papers", "figures", "0" * 64, "t.csv", "t.csv", datetime(2021, 12, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Landed:
    """What lands of a table, what is staged of that, and all that is said on the way."""

    text: str
    batch: Batch
    findings: tuple[Finding, ...]

    def cell(self, line: int, column: int = 1) -> tuple[object, ...]:
        """Value, marker, whether understood, and what is kept as printed."""
        frame = self.batch.tables["cells"]
        (row,) = frame[(frame["source_row"] == line) & (frame["column_number"] == column)].to_dict(
            "records"
        )
        value = None if row["value"] != row["value"] else row["value"]
        marker = row["marker"] if isinstance(row["marker"], str) else None
        return value, marker, row["is_understood"], row["value_as_printed"]

    def rules(self) -> list[str]:
        return [finding.rule for finding in self.findings]


def land(text: str) -> Landed:
    kept = strip(text.encode(), "t.csv", Settings())
    batch = parse(kept.content, ORIGIN)
    return Landed(kept.content.decode(), batch, (*kept.warnings, *batch.findings))


def of_dormagen(cell: str, head: str = HEAD) -> Landed:
    """One figure, on line 13."""
    return land(f"{head}Kommune;nicht belegt\nDormagen;{cell}\n")


# --- understood -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "kept"),
    [
        ("212 (quarantänebedingt)", 212.0, "212 (Anmerkung)"),
        ("1.212 (Neubau ab Mai)", 1212.0, "1.212 (Anmerkung)"),
        ("33(Sanierung)", 33.0, "33 (Anmerkung)"),
        ("33 (Sanierung)*", 33.0, "33 (Anmerkung)"),
        ("- 7 (Abbau)", -7.0, "- 7 (Anmerkung)"),
        ("96 Plätze (Umzug)", 96.0, "96 Plätze (Anmerkung)"),
    ],
)
def test_words_in_brackets_leave_the_number_and_a_marker(
    cell: str, value: float, kept: str
) -> None:
    landed = of_dormagen(cell)
    assert landed.cell(13) == (value, "Anm.", True, kept)
    (finding,) = landed.findings
    assert (finding.rule, finding.severity) == ("number_with_remark", "warning")
    assert "line 13, nicht belegt" in finding.message


@pytest.mark.parametrize("cell", ["96 Plätze", "96 Pflegeplätze", "96 Betten", "96 St.", "96Stück"])
def test_a_unit_of_what_the_metric_counts_is_no_fault(cell: str) -> None:
    landed = of_dormagen(cell)
    assert landed.cell(13) == (96.0, "Anm.", True, cell)
    assert landed.findings == ()


def test_a_unit_of_something_else_is_kept_and_not_compared() -> None:
    landed = of_dormagen("96 Häuser")
    assert landed.cell(13) == (96.0, "Anm.", False, "96 Häuser")
    assert landed.rules() == ["unit_of_other_things"]


@pytest.mark.parametrize(("cell", "value"), [("- 94", -94.0), ("− 94", -94.0), ("+7", 7.0)])
def test_a_sign_with_and_without_a_blank(cell: str, value: float) -> None:
    landed = of_dormagen(cell)
    assert landed.cell(13) == (value, None, True, cell)
    assert landed.findings == ()


@pytest.mark.parametrize("cell", ["ca. 17 (Neubau)", "ca. 17 Plätze"])
def test_an_approximate_number_with_words_stays_approximate(cell: str) -> None:
    assert of_dormagen(cell).cell(13)[:3] == (17.0, "ca.", False)


# --- not understood -------------------------------------------------------------------------------

AMBIGUOUS = ["212/18", "21 2", "212b", "212 (davon 9 KZP)", "212 (k. A.)", "212 (x)", "3.0", "1.0"]
SCALED = ["3 Tsd.", "3 (in Tausend)", "3 (Tsd.)", "17 (geschätzt)", "17 (Schätzwert)", "17 (%)"]
WORDS = ["keine", "Zimmerling", "rund hundert", "17 Zimmerling", "17 mehr", "2l7", "17 (Umbau"]


@pytest.mark.parametrize("cell", [*AMBIGUOUS, *SCALED, *WORDS])
def test_what_is_not_understood_is_never_an_empty_cell(cell: str) -> None:
    landed = of_dormagen(cell)
    assert landed.cell(13) == (None, None, False, NOT_UNDERSTOOD)
    (finding,) = landed.findings
    assert (finding.rule, finding.found) == ("number", NOT_UNDERSTOOD)
    assert finding.message.startswith("line 13, column nicht belegt: ")
    assert "17 (Umbau)" in finding.message and "k. A." in finding.message
    assert cell not in landed.text
    assert "Zimmerling" not in finding.message


def test_an_empty_cell_stays_one() -> None:
    landed = land(f"{HEAD}Kommune;nicht belegt\nDormagen;\nNeuss;17\n")
    assert landed.cell(13) == (None, None, True, "")
    assert landed.findings == ()


def test_a_column_of_words_without_a_known_label_says_what_to_write() -> None:
    head = HEAD.replace("Spalte;Bemerkung;Text\n", "")
    landed = land(f"{head}Kommune;nicht belegt;Bemerkung\nDormagen;17;Zimmerling\nNeuss;28;\n")
    assert landed.cell(12) == (17.0, None, True, "17")
    assert landed.cell(12, 2) == (None, None, False, NOT_UNDERSTOOD)
    assert "Zimmerling" not in landed.text
    number = next(finding for finding in landed.findings if finding.rule == "number")
    assert "Spalte;<label as printed>;Text" in number.message


def test_a_figure_beside_the_table_is_told_and_not_left_out_in_silence() -> None:
    landed = land(f"{HEAD}Kommune;nicht belegt\nDormagen;17;9\nNeuss;28;Zimmerling\n")
    assert landed.rules() == ["cell_without_label", "cell_without_label"]
    assert [finding.found for finding in landed.findings] == ["9", NOT_UNDERSTOOD]


# --- labels that are left out ---------------------------------------------------------------------


def test_no_word_of_a_good_table_is_missed() -> None:
    """The word above the row labels does not matter, and Text is left out on purpose."""
    landed = land(f"{HEAD}Stadt oder Kreis;nicht belegt;Bemerkung\nDormagen;17;neu\nRKN;217;\n")
    assert landed.findings == ()
    assert "Stadt oder" not in landed.text and "neu" not in landed.text


def test_the_advice_for_a_label_that_is_not_kept_is_true() -> None:
    table = "Kommune;nicht belegt;betten\nDormagen;17;3\nNordbezirk;5;4\n"
    landed = land(HEAD + table)
    left_out, *unknown = landed.findings
    assert left_out.rule == "words_left_out"
    assert left_out.message.startswith("lines 12, 14: labels and lines of the head")
    said = " ".join(finding.message for finding in unknown)
    assert "(line 14 of the file)" in said and "(line 12 of the file)" in said
    assert "Zeile 2;" not in said and "Spalte 2;" not in said
    assert "Zeile;<label>;<code>" in said and "Spalte;<label>;Text" in said
    followed = HEAD.replace("Zeile;RKN", "Zeile;Nordbezirk;05162\nSpalte;betten;Text\nZeile;RKN")
    assert land(followed + table).findings == ()


def test_a_row_of_words_between_the_figures_moves_none() -> None:
    landed = land(f"{HEAD}Kommune;nicht belegt\nDormagen;17\nim Norden:;\nNeuss;28\n")
    assert landed.cell(13)[:3] == (17.0, None, True)
    assert landed.cell(15)[:3] == (28.0, None, True)


def test_a_row_called_text_between_the_figures_moves_none() -> None:
    head = HEAD.replace("Tabelle\n", "Zeile;Kempen;Text\nTabelle\n")
    landed = land(f"{head}Kommune;nicht belegt\nDormagen;17\nKempen;3\nNeuss;28\n")
    assert landed.cell(16)[:3] == (28.0, None, True)
    assert landed.findings == ()


# --- what is refused ------------------------------------------------------------------------------


def refusal(text: str) -> str:
    with pytest.raises(FileRejected) as caught:
        strip(text.encode(), "t.csv", Settings())
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "left", "number"),
    [
        ("Gedruckt am;30.11.2021", "Gedruckt am;<TT.MM.JJJJ>", 3),
        ("Stelle;Anlage 5, Tabelle 2", "Stelle;Anlage 5, <Seite oder Anlage>", 2),
        ("Stichtag;15.08.2021", "Stichtag;<TT.MM.JJJJ>", 5),
    ],
)
def test_a_placeholder_that_is_left_is_named_by_its_line(line: str, left: str, number: int) -> None:
    said = refusal(f"{HEAD.replace(line, left)}Kommune;nicht belegt\nDormagen;17\n")
    assert f"line {number} of the head still holds the placeholder" in said
    assert "TT.MM" not in said and "Seite oder" not in said


@pytest.mark.parametrize(
    ("line", "wrong", "told"),
    [
        ("Gedruckt am;30.11.2021", "Gedruckt am;31.11.2021", "Gedruckt am is no date"),
        ("Zeilen;Region", "Zeilen;Zimmerling", "Zeilen names no known dimension"),
        ("Stelle;Anlage 5, Tabelle 2\n", "", "the head has no line Stelle"),
    ],
)
def test_another_fault_of_the_head_is_told_as_it_is(line: str, wrong: str, told: str) -> None:
    said = refusal(f"{HEAD.replace(line, wrong)}Kommune;nicht belegt\nDormagen;17\n")
    assert told in said and "Zimmerling" not in said


TWO = HEAD.replace("Zeile;RKN", "Spalte;Häuser;supply_sites_count\nZeile;RKN")


@pytest.mark.parametrize(
    ("second", "number"),
    [
        ("\nStadt;Häuser;nicht belegt\nKaarst;3;42\n", 16),
        ("\nTabelle\nOrt;Häuser;nicht belegt\nKaarst;3;42\n", 16),
        ("\nKommune;Betten;Gebäude\nKaarst;42;3\n", 16),
        ("\nOrt;Betten;Gebäude\nKaarst;42;3\n", 16),
        ("\n;Häuser;\nKaarst;3;\n", 16),
    ],
)
def test_a_second_table_is_named_by_its_line(second: str, number: int) -> None:
    said = refusal(f"{TWO}Kommune;nicht belegt;Häuser\nDormagen;44;3\n{second}")
    assert f"line {number} reads like the column labels of a second table" in said
    assert "Betten" not in said


def test_a_second_table_of_other_years_is_one_too() -> None:
    head = HEAD.replace("Stichtag;15.08.2021", "Kennzahl;skilled_share").replace(
        "Spalten;Kennzahl\nSpalte;nicht belegt;vacant_places\n", "Spalten;Jahr\n"
    )
    said = refusal(f"{head}Kommune;2018;2019\nDormagen;50;51\nKommune;2020;2021\nDormagen;52;53\n")
    assert "second table" in said


@pytest.mark.parametrize(
    "rows",
    [
        "Dormagen;44;3\nNeuss;keine;keine\nKaarst;5;1\n",
        "Dormagen;44;3\nQuelle: Amt;Stand 2021;eigene Zählung\n",
        "Dormagen;44;3\nNordbezirk;keine;1\nKaarst;5;1\n",
        "Dormagen;1999;2001\nNordbezirk;1999;2002\nKaarst;5;1\n",
    ],
)
def test_one_table_is_none_of_two(rows: str) -> None:
    landed = land(f"{TWO}Kommune;nicht belegt;Häuser\n{rows}")
    assert landed.batch.tables["cells"]["value"].notna().any()


def test_a_label_that_would_not_be_kept_and_is_needed_is_named_by_its_line() -> None:
    head = HEAD.replace("Spalten;Kennzahl", "Spalten;Pflegegrad").replace(
        "Spalte;nicht belegt;vacant_places", "Kennzahl;keine"
    )
    said = refusal(f"{head}Kommune;Zimmerling\nDormagen;17\n")
    assert said.startswith("line 13: a figure has its meaning by a label")
    assert "Zimmerling" not in said


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["14. Aug. 2022", "14. August 2022", "14.Aug.2022", "14.8.2022"])
def test_days_as_row_labels(label: str) -> None:
    head = HEAD.replace("Zeilen;Region", "Zeilen;Stichtag").replace(
        "Stichtag;15.08.2021", "Region;05162"
    )
    landed = land(f"{head}Tag;nicht belegt\n{label};198\n")
    (row,) = landed.batch.tables["cells"].to_dict("records")
    assert (row["period_code"], row["value"], row["is_understood"]) == ("2022-08-14", 198.0, True)
    assert landed.findings == ()


def test_a_number_and_its_kept_form_say_the_same() -> None:
    assert read_printed("212 (Anmerkung)") == read_printed("212 (quarantänebedingt)")
