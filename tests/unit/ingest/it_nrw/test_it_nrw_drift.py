"""A publisher changes a table: what the finding says of it, and where it sends the reader."""

from dataclasses import dataclass

import pytest
from it_nrw_files import FFCSV_HEAD, NEUSS, ffcsv, origin

from expectations.runner import validate
from ingest.it_nrw.regions import KREISE, LAND
from kreishaus.datasets import dataset
from kreishaus.model import Finding, UnreadableFile
from sample import it_nrw

HOMES = f"{it_nrw.STATIC}/22412-01i_00.csv"
RECIPIENTS = f"{it_nrw.STATIC}/22421-02i_00.csv"
BY_AGE = f"{it_nrw.STATIC}/22421-00xx_00.csv"
CODES = {HOMES: "22412-01i", RECIPIENTS: "22421-02i", BY_AGE: "22421-00xx"}
WORDINGS = "ingest/it_nrw/wordings.csv"


@dataclass(frozen=True)
class Verdict:
    staged: bool
    findings: tuple[Finding, ...]
    values: list[float]

    def of(self, rule: str) -> Finding:
        return next(finding for finding in self.findings if finding.rule == rule)

    @property
    def rules(self) -> set[str]:
        return {finding.rule for finding in self.findings}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    return target / "http" / "it_nrw"


@pytest.fixture
def judged(sample):
    """What becomes of a sample file after some change of its text."""

    def validate_changed(path: str, change, name: str) -> Verdict:
        text = change((sample / path).read_bytes().decode("cp1252"))
        entry = dataset(f"it_nrw/{name}")
        try:
            batch = entry.load("parse")(text.encode("cp1252"), origin(CODES[path]))
        except UnreadableFile as error:
            return Verdict(False, error.findings, [])
        validation = validate(entry, batch)
        cells = batch.tables["cells"]
        kept = cells[cells["measure_label"] != "Personal insgesamt"].sort_values(
            ["reference_date", "region_code", "measure_label"]
        )
        values = kept["value"].fillna(-1).tolist()
        return Verdict(validation.passed, validation.findings, values)

    return validate_changed


def columns(text: str, of_line) -> str:
    """The table with the cells of every line that has all columns changed."""
    lines = text.split("\n")
    width = max(line.count(";") for line in lines)
    return "\n".join(
        ";".join(of_line(line.split(";"))) if line.count(";") == width and line.strip(";") else line
        for line in lines
    )


def titles_apart(cells: list[str], changed: list[str]) -> list[str]:
    """Titles are one cell and blanks: they only grow."""
    is_title = cells[0] and not any(cells[1:])
    return [cells[0], *[""] * (len(changed) - 1)] if is_title else changed


def test_a_renamed_column_is_told_with_its_new_name_and_the_place_to_mend(judged):
    verdict = judged(
        HOMES,
        lambda text: text.replace("Plätze für Dauerpflege", "Dauerpflegeplätze"),
        "care_homes",
    )
    finding = verdict.of("measures_present")
    assert not verdict.staged
    assert finding.expected == "Verfügbare Plätze für Dauerpflege"
    assert "perhaps renamed to 'Verfügbare Dauerpflegeplätze'" in finding.found
    assert WORDINGS in finding.message


def test_a_line_in_the_list_of_wordings_mends_it(judged, monkeypatch, tmp_path):
    from ingest.it_nrw import dimensions

    mended = tmp_path / "wordings.csv"
    known = dimensions.WORDINGS_FILE.read_text("utf-8")
    mended.write_text(
        f"{known}Verfügbare Dauerpflegeplätze;Verfügbare Plätze für Dauerpflege;reworded\n", "utf-8"
    )
    monkeypatch.setattr(dimensions, "WORDINGS_FILE", mended)
    dimensions.wordings.cache_clear()
    try:
        verdict = judged(
            HOMES,
            lambda text: text.replace("Plätze für Dauerpflege", "Dauerpflegeplätze"),
            "care_homes",
        )
    finally:
        dimensions.wordings.cache_clear()
    assert verdict.staged
    assert "measures_known" not in verdict.rules


def test_a_wording_with_two_meanings_is_a_fault_of_the_list(monkeypatch, tmp_path):
    from ingest.it_nrw import dimensions

    (tmp_path / "w.csv").write_text("printed;wording;why\nA;B;x\na;C;y\n", "utf-8")
    monkeypatch.setattr(dimensions, "WORDINGS_FILE", tmp_path / "w.csv")
    dimensions.wordings.cache_clear()
    try:
        with pytest.raises(ValueError, match="'a' has two wordings"):
            dimensions.wordings()
    finally:
        dimensions.wordings.cache_clear()


def test_a_missing_column_is_named(judged):
    def without_last(cells: list[str]) -> list[str]:
        return cells[:-2] + cells[-1:]

    verdict = judged(HOMES, lambda text: columns(text, without_last), "care_homes")
    assert not verdict.staged
    assert verdict.of("measures_present").expected == "Verfügbare Plätze für Dauerpflege"


def with_hotels(cells: list[str], of_land: int) -> list[str]:
    """One column more: seven hotels in each Kreis."""
    if not cells[0]:
        return [*cells, "Anzahl" if cells[-1] == "Anzahl" else "Pflegehotels"]
    kreise = sum(kreis.startswith(cells[1]) for kreis in KREISE)
    return titles_apart(cells, [*cells, str(of_land if cells[1] == LAND else 7 * kreise)])


def test_a_new_column_is_staged_beside_the_others_with_a_warning(judged):
    verdict = judged(
        HOMES, lambda text: columns(text, lambda cells: with_hotels(cells, 7 * 53)), "care_homes"
    )
    finding = verdict.of("measures_known")
    assert verdict.staged
    assert (finding.severity, finding.found) == ("warning", "Pflegehotels")
    assert "docs/sources/it_nrw.md" in finding.message


def test_a_new_column_that_does_not_add_up_was_damaged(judged):
    verdict = judged(
        HOMES,
        lambda text: columns(text, lambda cells: with_hotels(cells, 7 * 53 + 1)),
        "care_homes",
    )
    assert not verdict.staged
    assert verdict.of("kreise_sum_to_land").severity == "critical"


def test_a_column_of_another_unit_is_no_count(judged):
    def in_percent(text: str) -> str:
        return text.replace("Anzahl;Anzahl;Anzahl", "Anzahl;Prozent;Anzahl")

    verdict = judged(HOMES, in_percent, "care_homes")
    assert not verdict.staged
    finding = verdict.of("unit_is_count")
    assert (finding.expected, finding.found) == (
        "Anzahl",
        "no row with it (new in the table: Prozent)",
    )


def test_a_share_beside_the_counts_breaks_no_sum(judged):
    """One measure in two units: the unit is part of the key, the marts take the counts."""

    def with_shares(cells: list[str]) -> list[str]:
        if cells[0]:
            return titles_apart(cells, [*cells, "91,5"])
        return [*cells, "%" if cells[-1] == "Anzahl" else cells[3]]

    verdict = judged(HOMES, lambda text: columns(text, with_shares), "care_homes")
    assert verdict.staged
    assert verdict.rules == {"surveys_without_gap"}


def test_an_unknown_unit_is_named(judged):
    def in_units(text: str) -> str:
        return text.replace("Anzahl;Anzahl;Anzahl", "Anzahl;1000;Anzahl")

    verdict = judged(HOMES, in_units, "care_homes")
    finding = verdict.of("header")
    assert "a row Anzahl, 1000" in finding.found
    assert "docs/sources/it_nrw.md" in (finding.to_do or "")


@pytest.mark.parametrize("order", [(0, 1, 2, 5, 3, 4), (2, 0, 1, 4, 5, 3)])
def test_columns_in_another_order_give_the_same_values(judged, order):
    def reordered(cells: list[str]) -> list[str]:
        changed = [cells[index] for index in order]
        return titles_apart(cells, changed)

    verdict = judged(HOMES, lambda text: columns(text, reordered), "care_homes")
    assert verdict.staged
    assert verdict.values == judged(HOMES, str, "care_homes").values


def test_a_kreis_that_is_missing_is_named_with_its_survey(judged):
    def without_neuss(text: str) -> str:
        return "\n".join(line for line in text.split("\n") if not line.startswith("2023;05162;"))

    verdict = judged(HOMES, without_neuss, "care_homes")
    lost = [finding for finding in verdict.findings if finding.rule == "regions_present"]
    assert not verdict.staged
    assert [(finding.expected, finding.row) for finding in lost] == [("05162", "Rhein-Kreis Neuss")]
    assert lost[0].column == "region_code / 2023-12-15"


def test_a_survey_that_is_missing_is_a_warning(judged):
    def with_2017(text: str) -> str:
        lines = text.split("\n")
        return "\n".join(line.replace("2019;", "2017;", 1) for line in lines)

    verdict = judged(HOMES, with_2017, "care_homes")
    missing = [f.expected for f in verdict.findings if f.rule == "surveys_without_gap"]
    assert (verdict.staged, missing) == (True, ["2019", "2021"])


def test_an_unknown_age_group_stops_the_file(judged):
    def relabelled(text: str) -> str:
        return text.replace(";95 und älter;", ";95 bis unter 105;")

    verdict = judged(BY_AGE, relabelled, "care_recipients_by_age")
    finding = verdict.of("words_of_age")
    assert not verdict.staged
    assert (finding.expected, finding.found) == (
        "95 und älter",
        "95 bis unter 105 (perhaps a new word for '95 und älter')",
    )


def test_a_word_of_no_dimension_stops_the_file_before(judged):
    verdict = judged(
        BY_AGE,
        lambda text: text.replace(";95 und älter;", ";hochaltrig;"),
        "care_recipients_by_age",
    )
    finding = verdict.of("dimensions")
    assert (finding.column, finding.found) == ("4", "hochaltrig")
    assert finding.expected == "words of the dimension age, each known"
    assert WORDINGS in finding.message


def test_a_table_that_is_now_divided_by_sex_stops(judged):
    def by_sex(cells: list[str]) -> list[str]:
        if cells[0]:
            return titles_apart(cells, [*cells[:3], "Insgesamt", *cells[3:]])
        return ["", *cells]

    def with_sexes(text: str) -> str:
        every = columns(text, by_sex).split("\n")
        men = [line.replace("Insgesamt", "männlich") for line in every if line.startswith("20")]
        end = every.index("__________")
        return "\n".join([*every[:end], *men, *every[end:]])

    verdict = judged(HOMES, with_sexes, "care_homes")
    assert not verdict.staged
    assert "not_divided_by_sex" in verdict.rules


def test_a_table_by_grade_needs_its_total(judged):
    def by_grade(word: str):
        def change(cells: list[str]) -> list[str]:
            if cells[0]:
                return titles_apart(cells, [*cells[:3], word, *cells[3:]])
            return ["", *cells]

        return lambda text: columns(text, change)

    verdict = judged(RECIPIENTS, by_grade("Pflegegrad 2"), "care_recipients")
    assert not verdict.staged
    assert verdict.of("all_grades_present").expected == "Insgesamt"
    assert judged(RECIPIENTS, by_grade("Insgesamt"), "care_recipients").staged


def test_a_key_that_lost_digits_is_given_away_by_its_indentation(judged):
    def shortened(text: str) -> str:
        return text.replace("2023;05162;", "2023;051;")

    verdict = judged(HOMES, shortened, "care_homes")
    finding = verdict.of("region_level")
    assert finding.found == "4 blanks: 051;    Rhein-Kreis Neuss"


def test_keys_without_leading_zeros_are_recognised_as_such(judged):
    def from_a_spreadsheet(text: str) -> str:
        return "\n".join(line.replace(";0", ";", 1) for line in text.split("\n"))

    verdict = judged(HOMES, from_a_spreadsheet, "care_homes")
    finding = verdict.of("leading_columns")
    assert "lost their leading zeros" in (finding.to_do or "")
    assert finding.found == "2023;5;Nordrhein-Westfalen"


def test_a_date_to_come_is_a_damaged_digit(judged):
    verdict = judged(HOMES, lambda text: text.replace("2023;", "2032;"), "care_homes")
    finding = verdict.of("reference_date")
    assert (finding.found, finding.expected.split()[0]) == ("2032-12-15", "2025-01-21")


def test_another_table_is_named_with_its_title(judged):
    def other(text: str) -> str:
        return text.replace("Tabelle: 22412-01i", "Tabelle: 22411-01i")

    finding = judged(HOMES, other, "care_homes").of("table_code")
    assert (finding.expected, finding.found) == ("22412-01i", "22411-01i")
    assert "Pflegeheime: Verfügbare Plätze" in finding.message
    assert "county.toml" in (finding.to_do or "")


def parse_flat(text: str):
    return dataset("it_nrw/population_municipalities").load("parse")(
        text.encode("utf-8-sig"), origin("12411-01-01-5")
    )


def test_a_new_column_of_the_flat_csv_is_left_out_with_a_warning():
    header = FFCSV_HEAD.replace("\n", ";1_variable_note\n")
    line = NEUSS.format(";Insgesamt", "154139").replace("\n", ";Gebietsstand 2022\n")
    batch = parse_flat(header + line)
    (finding,) = batch.findings
    assert (finding.rule, finding.severity, finding.found) == (
        "new_columns",
        "warning",
        "1_variable_note",
    )
    assert batch.tables["cells"]["value"].tolist() == [154139]


def test_a_new_column_that_tells_cells_apart_cannot_be_left_out():
    header = FFCSV_HEAD.replace("\n", ";household\n")
    lines = [NEUSS.format(";Insgesamt", value) for value in ("100000", "54139")]
    with pytest.raises(UnreadableFile) as error:
        parse_flat(header + "".join(line.replace("\n", ";x\n") for line in lines))
    (finding,) = error.value.findings
    assert finding.rule == "one_value_per_key"
    assert "columns that we do not know" in finding.message


def test_a_renamed_column_of_the_flat_csv_is_told():
    with pytest.raises(UnreadableFile) as error:
        parse_flat(ffcsv(";Insgesamt;154139").replace("value_unit", "value_units"))
    (finding,) = error.value.findings
    assert (finding.rule, finding.expected, finding.found) == (
        "columns",
        "value_unit",
        "value_units",
    )
    assert "value_units is perhaps value_unit" in finding.message
    assert "docs/sources/it_nrw.md" in (finding.to_do or "")


def test_a_variable_that_says_where_in_another_way_is_named():
    with pytest.raises(UnreadableFile) as error:
        parse_flat(ffcsv(";Insgesamt;154139").replace(";GEMEIN;", ";STADTT;"))
    (finding,) = error.value.findings
    assert (finding.rule, finding.column, finding.found) == ("dimensions", "STADTT", "Neuss, Stadt")
