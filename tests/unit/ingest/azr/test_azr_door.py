"""From the drop folder into the home folder: what is landed, and what leaves no trace."""

from azr_workbooks import CROSSTABLE, sample, sheet_of

from pipeline.steps import fetch_new
from sample import azr


def test_a_refused_file_is_not_copied_anywhere_and_stops_no_other(settings):
    azr.write(settings.sample)
    persons = sheet_of(["Vorname", "AZR-Nummer"], ["Erika", "130412004711"])
    dropped = settings.drop_folder("azr") / "AZR_Kreuztabelle_2021-12-31.xlsx"
    dropped.write_bytes(persons)

    report = fetch_new("azr/crosstable", settings, run_id="test")

    (refusal,) = report.refused
    assert dropped.name not in refusal
    assert refusal.startswith("file 4 of 5 by name, saved ")
    assert f": in {dropped.parent}: sheet 1, column A, row 1: " in refusal
    assert "Vorname" in refusal
    assert "Erika" not in refusal
    assert [landed.label for landed in report.new] == ["AZR_Kreuztabelle_2021-09-30.csv"]
    kept = [path.read_bytes() for path in settings.home.rglob("*") if path.is_file()]
    assert kept.count(persons) == 1  # where it was dropped
    assert kept.count(sample(CROSSTABLE)) == 1  # where it was dropped: only its table landed
