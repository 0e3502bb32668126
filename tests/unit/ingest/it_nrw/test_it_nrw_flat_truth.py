"""Flat CSVs that say two things: quality beside value, code beside label, a comma in a count."""

import pandas as pd
import pytest
from it_nrw_files import FFCSV_HEAD, NEUSS, ffcsv, origin

from ingest.it_nrw.population import parse
from kreishaus.model import UnreadableFile

WITH_QUALITY = FFCSV_HEAD.replace("value_variable_label", "value_variable_label;value_q")


def read(text: str) -> pd.DataFrame:
    return parse(text.encode(), origin("12411-01-01-5")).tables["cells"]


def about(code: str, label: str) -> str:
    """A total and one part, of the dimension that the code is of."""
    text = ffcsv(";Insgesamt;154139", f"{code};{label};77000")
    return (
        text.replace("GES;Geschlecht", "ALTGR1;Altersgruppen") if code.startswith("ALT") else text
    )


def marked(value: str, quality: str) -> pd.Series:
    line = NEUSS.format(";Insgesamt", value).replace(";{}", "").strip()
    return read(f"{WITH_QUALITY}{line};{quality}\n").iloc[0]


@pytest.mark.parametrize(
    ("value", "quality", "marker"),
    [
        ("0", ".", "."),
        ("17", ".", "."),
        ("0", "...", "..."),
        ("0", "/", "/"),
        ("0", "x", "x"),
        ("", "x", "x"),
        ("0", "-", "-"),
        (".", ".", "."),
    ],
)
def test_a_mark_beside_the_value_beats_it(value: str, quality: str, marker: str) -> None:
    cell = marked(value, quality)
    assert (cell["marker"], cell["value"] is pd.NA) == (marker, True)


@pytest.mark.parametrize("quality", ["e", "()", "p", "/", "x"])
def test_or_qualifies_it(quality: str) -> None:
    cell = marked("17", quality)
    assert (cell["value"], cell["qualifier"]) == (17, quality)


def test_a_number_that_is_marked_as_nothing_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="marked as nothing"):
        marked("17", "-")


@pytest.mark.parametrize("printed", ["154,139", "154139,5", "1,5", "154,000"])
def test_a_count_is_whole(printed: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(ffcsv(f";Insgesamt;{printed}"))
    (finding,) = refused.value.findings
    assert (finding.rule, finding.row, finding.found) == ("number", "2", repr(printed))
    assert "thousands" in finding.message


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("GESM", "weiblich"),
        ("GESW", "männlich"),
        ("NATD", "Ausländer"),
        ("ALT003B06", "6 bis unter 10 Jahre"),
        ("ALT090UM", "75 Jahre und mehr"),
        ("ALT000B03", "3 Jahre und mehr"),
    ],
)
def test_a_code_and_a_label_that_contradict_each_other_are_refused(code: str, label: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(about(code, label))
    (finding,) = refused.value.findings
    assert (finding.rule, finding.row, finding.found) == ("code_and_label", "3", repr(label))


@pytest.mark.parametrize(
    ("code", "label"),
    [("ALT000B03", "unter 3 Jahre"), ("ALT003B06", "3 bis unter 6 Jahre"), ("GESM", "männlich")],
)
def test_true_codes_are_read(code: str, label: str) -> None:
    assert read(about(code, label))["value"].to_list() == [154_139, 77_000]


def test_a_code_with_two_labels_is_refused() -> None:
    text = ffcsv(";Insgesamt;154139", "GESM;männlich;77000").replace("Neuss, Stadt", "Kaarst", 1)
    with pytest.raises(UnreadableFile, match="05162024 and the label beside it"):
        read(text)


def test_umlauts_as_two_letters_are_the_known_words() -> None:
    text = ffcsv(";Insgesamt;154139", "GESM;maennlich;77000").replace(
        "Bevölkerungsstand", "Bevoelkerungsstand"
    )
    cells = read(text)
    assert set(cells["measure_label"]) == {"Bevölkerungsstand"}
    assert cells["sex_label"].to_list() == ["Insgesamt", "männlich"]
