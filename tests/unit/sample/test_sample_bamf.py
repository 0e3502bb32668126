"""The sample tables carry BAMF's figures; with few exceptions the county printed the same."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from expectations.suites.bamf import IDENTITIES
from ingest.bamf.hkl import parse
from ingest.bamf.links import discover
from ingest.bamf.tables import MEASURES
from ingest.http import Client
from kreishaus.model import Origin
from kreishaus.settings import Settings
from sample import bamf, bamf_report
from sample.bamf_pdf import PrintedRow
from sample.server import serve

COUNTY_PRINTED = """
2017-06 15261 146551 36016 | 2017-07 16844 129467 36901 | 2017-08 18651 114202 37214
2017-09 16520  99334 35127 | 2017-10 17028  87187 33005 | 2017-11 18711  75660 33772
2017-12 14293  68245 25414 | 2018-01 15077  57693 29173 | 2018-02 12490  55279 21301
2018-03 12622  51968 22714 | 2018-04 13163  51498 20198 | 2018-05 12494  50373 17169
2018-06 13255  52514 14792 | 2018-07 15199  57273 13744 | 2018-08 15122  59410 16623
2018-09 12976  59738 16008 | 2018-10 13001  59640 18474 | 2018-11 12118  58538 18644
2018-12  8900  58325 13295 | 2019-01 17051  59158 19921 | 2019-02 14321  56779 19823
2019-03 12762  53224 19587 | 2019-04 12353  53004 15201 | 2019-05 12891  53434 15335
2019-06  9691  52457 12948 | 2019-07 14108  52609 16814 | 2019-08 12772  52976 15040
2019-09 12536  54662 13321 | 2019-10 12938  56628 12963 | 2019-11 12096  56958 14136
2019-12  9851  57012 11892 | 2020-01 14187  58277 15487 | 2020-02 11928  59010 13633
2020-03  8069  56223 13154 | 2020-04  5695  58744  5340 | 2020-05  4329  49232 16748
2020-06  5576  43617 14297 | 2020-07  8865  42731 13112 | 2020-08  8424  43316 10491
2020-09 10576  45370 11075 | 2020-10  9828  46565 11505 | 2020-11  9973  47588 12143
2020-12 11567  52056  9996 | 2021-01 14448  60437 10828 | 2021-02 13533  66583 12347
2021-03 11756  62717 20165 | 2021-04  9315  58101 16959 | 2021-05  9228  60425  9923
2021-06 11699  65062 10300 | 2021-07 13843  70274 11321 | 2021-08 13961  75579 10979
2021-09 18206  84247 11972
"""
"""Month, applications, pending, decisions: annex 3 of the committee paper of 30.11.2021."""

MISPRINTED_APPLICATIONS = {
    "2018-06": 13254,  # the county: 13,255
    "2018-10": 14824,  # the county printed first applications (13,001) as all of them
    "2018-11": 14130,  # the same: 12,118
    "2018-12": 10561,  # the same: 8,900
}
"""What BAMF's own table says where the county's paper differs: rows and totals agree on it."""

FIRST_APPLICATIONS = """
2017-06: 1119 954 1480 541 466 3135
2018-12: 558 184 897 750 190 2229
2019-02: 557 - 1200 652 266 3035
2020-09: 1202 200 793 271 244 3543
2021-08: 2266 223 913 221 356 3909
"""
"""Afghanistan, Eritrea, Iraq, Iran, Somalia, Syria: annex 4; an empty cell there is "-" here.

Months in which the county's six agree with BAMF; in seven of 52 it printed another number.
"""
SIX_COUNTRIES = ("423", "224", "438", "439", "273", "475")

DERIVED = {
    "2019-11": "Thailand 476",
    "2019-12": "Staatenlos 997",
    "2020-01": "Thailand 476",
    "2020-02": "Usbekistan 477",
    "2020-03": "Usbekistan 477",
    "2020-04": "Malaysia 482",
    "2020-05": "Usbekistan 477",
    "2020-06": "Australien 523",
    "2020-07": "Malaysia 482",
    "2020-08": "Samoa 543",
    "2020-09": "Ungeklärt 998",
    "2020-10": "Australien",
    "2020-11": "Herkunftsländer gesamt",
    "2021-01": "Herkunftsländer gesamt",
    "2021-02": "Ungeklärt 998",
    "2021-03": "Herkunftsländer gesamt",
    "2021-07": "Herkunftsländer gesamt",
    "2021-08": "Herkunftsländer gesamt",
    "2021-09": "Ungeklärt 998",
}


def printed_months() -> dict[str, tuple[int, int, int]]:
    cells = COUNTY_PRINTED.replace("|", "\n").split("\n")
    records = [cell.split() for cell in cells if cell.strip()]
    return {month: (int(a), int(b), int(c)) for month, a, b, c in records}


def total_of(entry: bamf.MonthOfFigures) -> dict[str, int]:
    return dict(zip(MEASURES.values(), entry.rows[-1].values, strict=True))


def sums(rows: Sequence[PrintedRow]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(row.values for row in rows), strict=True)))


def test_all_52_months_are_there_once() -> None:
    months = [f"{entry.month:%Y-%m}" for entry in bamf.figures()]
    assert months == list(printed_months())
    assert len(set(months)) == 52


@pytest.mark.parametrize("entry", bamf.figures(), ids=lambda entry: f"{entry.month:%Y-%m}")
def test_totals_are_those_the_county_printed(entry: bamf.MonthOfFigures) -> None:
    month = f"{entry.month:%Y-%m}"
    applications, pending, decisions = printed_months()[month]
    total = total_of(entry)
    assert total["applications_total"] == MISPRINTED_APPLICATIONS.get(month, applications)
    assert total["pending_first"] + total["pending_follow_up"] == pending
    assert total["decisions_total"] == decisions


@pytest.mark.parametrize("line", FIRST_APPLICATIONS.strip().splitlines(), ids=lambda line: line[:7])
def test_first_applications_are_those_the_county_printed(line: str) -> None:
    month, _, printed = line.partition(": ")
    entry = next(entry for entry in bamf.figures() if f"{entry.month:%Y-%m}" == month)
    first = {row.ls_code: row.values[1] for row in entry.rows}
    for ls_code, count in zip(SIX_COUNTRIES, printed.split(), strict=True):
        assert count in ("-", str(first[ls_code]))


@pytest.mark.parametrize("entry", bamf.figures(), ids=lambda entry: f"{entry.month:%Y-%m}")
def test_figures_add_up(entry: bamf.MonthOfFigures) -> None:
    """Countries to continents, continents to the total, and every row in itself."""
    countries: list[PrintedRow] = []
    continents: list[PrintedRow] = []
    for row in entry.rows[:-1]:
        if row.ls_code:
            countries.append(row)
        else:
            assert sums(countries) == row.values, row.label
            continents.append(row)
            countries = []
    assert sums(continents) == entry.rows[-1].values
    for row in entry.rows:
        cells = dict(zip(MEASURES.values(), row.values, strict=True))
        for rule, (total, parts) in IDENTITIES.items():
            assert cells[total] == sum(cells[part] for part in parts), (row.label, rule)


def test_what_was_derived_is_said() -> None:
    derived = {f"{entry.month:%Y-%m}": entry.derived for entry in bamf.figures() if entry.derived}
    assert derived == {month: (label,) for month, label in DERIVED.items()}
    lost = next(entry for entry in bamf.figures() if entry.month == date(2021, 9, 1))
    assert b"aus gedruckten Summen abgeleitet: Ungekl" in bamf.pdf(lost)


def test_a_table_is_read_as_it_was_drawn_and_in_time() -> None:
    """Every eighth month, cell by cell; fifty files share a night's run of three minutes."""
    reading = 0.0
    entries = bamf.figures()[::8]
    for entry in entries:
        month = f"{entry.month:%Y-%m}"
        content = bamf.pdf(entry)
        origin = Origin(
            "bamf", "hkl", "0" * 64, month, "hkl.pdf", datetime(2021, 10, 15, tzinfo=UTC)
        )
        began = time.process_time()
        batch = parse(content, origin)
        reading += time.process_time() - began
        rows = batch.tables["rows"]
        assert (batch.period, batch.findings) == (month, ())
        assert rows["value"].fillna(0).tolist() == [n for row in entry.rows for n in row.values]
        names = [row.label.replace("\n", " ") for row in entry.rows]
        assert rows["row_label"].iloc[:: len(MEASURES)].tolist() == names
    assert reading / len(entries) < 1.5  # 0.3 to 0.6 on a quiet machine


def test_the_same_figures_are_the_same_bytes() -> None:
    entry = bamf.figures()[0]
    assert bamf.pdf(entry) == bamf.pdf(entry)


def test_every_file_of_the_written_site_is_found(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every eighth month is enough to see it; the reports are all there."""
    some = bamf.figures()[::8]
    monkeypatch.setattr(bamf, "figures", lambda: some)
    bamf.write(tmp_path)
    with serve(tmp_path / "http") as server, Client() as client:
        here = settings.model_copy(update={"sample_url": server.url})
        requests = discover(here, client, "hkl")
        assert [request.label for request in requests] == [f"{e.month:%Y-%m}" for e in some]
        for request, entry in zip(requests, some, strict=True):
            assert client.get(request.url or "").content == bamf.pdf(entry)
        reports = discover(here, client, "report")
        assert [request.label for request in reports] == [f"2016-0{month}" for month in range(1, 5)]
        assert client.get(reports[0].url or "").content == bamf_report.pdf(bamf_report.reports()[0])
