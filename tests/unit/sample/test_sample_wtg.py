"""The WTG sample, read back through the parser, against the figures as they were printed."""

import time
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtg_workbooks import headers, origin

from expectations.runner import validate
from ingest.wtg import register
from ingest.wtg.cells import NOTE
from ingest.wtg.workbook import parse
from kreishaus.datasets import dataset
from kreishaus.model import Batch
from sample import wtg
from sample.wtg_splits import split, uneven

AT_LAST = datetime(2022, 1, 14, tzinfo=UTC)
VACANT = {
    "2017-02-15": 177,
    "2017-11-15": 159,
    "2018-02-15": 184,
    "2018-11-15": 151,
    "2019-02-15": 146,
    "2019-11-15": 184,
    "2020-05-15": 261,
    "2020-11-15": 249,
    "2021-02-15": 349,
    "2021-05-15": 271,
    "2021-08-15": 217,
}
VACANT_BY_MUNICIPALITY = {
    "05162004": 17,
    "05162008": 51,
    "05162012": 8,
    "05162016": 1,
    "05162020": 34,
    "05162022": 78,
    "05162024": 28,
    "05162028": 0,
}
STAFF = {
    "2011-12-31": (1210, 53, 3178),
    "2012-12-31": (1210, 54, 3314),
    "2013-12-31": (1247, 53, 3434),
    "2014-12-31": (1258, 54, 3602),
    "2015-12-31": (1381, 53, 3602),
    "2016-12-31": (1460, 54, 4018),
    "2017-12-31": (1502, 53, 4018),
    "2018-12-31": (1550, 52, 3977),
    "2019-12-31": (1568, 53, 3977),
    "2020-12-31": (1584, 56, 3977),
    "2021-11-01": (1602, 55, 3975),
}
HOMES = {"004": 7, "008": 8, "012": 2, "016": 6, "020": 4, "022": 6, "024": 14, "028": 2}
DAY_CARE = {
    "05162004": (3, 49),
    "05162008": (3, 44),
    "05162012": (2, 28),
    "05162016": (4, 61),
    "05162020": (2, 33),
    "05162022": (2, 38),
    "05162024": (7, 118),
    "05162028": (1, 12),
}
SUPPORT = {
    "2018-08-14": (45, 9),
    "2018-12-31": (53, 9),
    "2019-12-31": (74, 11),
    "2020-12-31": (90, 12),
    "2021-11-01": (106, 13),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample")
    wtg.write(target)
    return target / "drop" / "wtg"


@pytest.fixture(scope="module")
def batches(folder: Path) -> dict[str, Batch]:
    paths = sorted(folder.glob("WTG_Stichtag_*.xlsx"))
    read = [parse(path.read_bytes(), origin(path.name, AT_LAST)) for path in paths]
    return {batch.period: batch for batch in read}


def occupancy(batch: Batch) -> pd.DataFrame:
    """Belegung with what Angebote says of each offer."""
    offers = batch.tables["angebote"][["pfad_id", "angebotsform_wtg", "ags"]]
    return batch.tables["belegung"].merge(offers, on="pfad_id", validate="one_to_one")


def test_one_workbook_for_each_reference_date(batches: dict[str, Batch]) -> None:
    assert set(batches) == {*VACANT, *STAFF, *SUPPORT, "2021-10-01"}
    assert all(batch.findings == () for batch in batches.values())


def test_the_sheets_are_those_of_the_layout(folder: Path) -> None:
    for day in ("2018-08-14", "2020-12-31", "2021-08-15", "2021-10-01"):
        workbook = openpyxl.load_workbook(folder / f"WTG_Stichtag_{day}.xlsx")
        assert workbook.sheetnames[0] == "Hinweis"
        assert "Musterdaten" in workbook["Hinweis"]["A1"].value
        for title in workbook.sheetnames[1:]:
            assert [cell.value for cell in workbook[title][3]] == headers()[title]


@pytest.mark.parametrize(("day", "vacant"), VACANT.items())
def test_places_not_occupied(batches: dict[str, Batch], day: str, vacant: int) -> None:
    rows = batches[day].tables["belegung"]
    year = int(day[:4])
    assert rows["plaetze_nicht_belegt"].sum() == vacant
    assert rows["plaetze_vertrag"].sum() == {2017: 4018, 2021: 3975}.get(year, 3977)
    assert rows["plaetze_nicht_belegt"].notna().all()
    assert rows["davon_kzp_eingestreut"].isna().all()


def test_places_not_occupied_by_municipality(batches: dict[str, Batch]) -> None:
    rows = occupancy(batches["2021-08-15"])
    assert rows.groupby("ags")["plaetze_nicht_belegt"].sum().to_dict() == VACANT_BY_MUNICIPALITY


def test_the_corona_remark_stands_on_its_date_only(batches: dict[str, Batch]) -> None:
    marked = {
        day
        for day, batch in batches.items()
        if batch.tables["belegung"]["cell_markers"].str.contains(NOTE).any()
    }
    assert marked == {"2021-02-15"}


@pytest.mark.parametrize(("day", "printed"), STAFF.items())
def test_staff(batches: dict[str, Batch], day: str, printed: tuple[int, int, int]) -> None:
    staff = batches[day].tables["personal"]
    fte, quota, places = printed
    assert staff["vk_pflege_gesamt"].sum() == pytest.approx(fte, abs=1e-9)
    skilled_share = staff["vk_fachkraft"].sum() / staff["vk_pflege_gesamt"].sum()
    assert skilled_share == pytest.approx(quota / 100, abs=1e-12)
    rows = occupancy(batches[day])
    homes = rows[rows["angebotsform_wtg"] == "vollstationaer"]
    assert homes["plaetze_vertrag"].sum() == places


def test_supply(batches: dict[str, Batch]) -> None:
    rows = occupancy(batches["2021-11-01"])
    found = rows.groupby("angebotsform_wtg")["plaetze_vertrag"].agg(["size", "sum"])
    assert {kind: tuple(row) for kind, row in found.iterrows()} == {
        "vollstationaer": (49, 3975),
        "tagespflege": (24, 383),
        "solitaere_kurzzeitpflege": (1, 10),
        "wg_demenz": (4, 34),
        "wg_beatmung": (2, 11),
        "ambulanter_dienst": (67, 0),
    }
    services = rows[rows["angebotsform_wtg"] == "ambulanter_dienst"]
    assert services["plaetze_vertrag"].isna().all()
    assert rows["davon_kzp_eingestreut"].sum() == 261
    assert rows["davon_kzp_fixflex"].sum() == 35


def test_homes_by_municipality_at_46_sites(batches: dict[str, Batch]) -> None:
    for day in [*VACANT, *STAFF]:
        offers = batches[day].tables["angebote"]
        homes = offers[offers["angebotsform_wtg"] == "vollstationaer"]
        assert homes["ags"].str[-3:].value_counts().to_dict() == HOMES
        assert homes["standort_id"].nunique() == 46


@pytest.mark.parametrize("day", ["2021-10-01", "2021-11-01"])
def test_day_care_by_municipality(batches: dict[str, Batch], day: str) -> None:
    rows = occupancy(batches[day])
    places = rows[rows["angebotsform_wtg"] == "tagespflege"].groupby("ags")["plaetze_vertrag"]
    assert {ags: tuple(row) for ags, row in places.agg(["size", "sum"]).iterrows()} == DAY_CARE


def test_planned_offers_keep_the_printed_cells(batches: dict[str, Batch]) -> None:
    plans = batches["2021-10-01"].tables["planungen"]
    sums = plans.groupby("angebotsform")[["plaetze", "wohneinheiten"]].sum()
    assert {kind: tuple(row) for kind, row in sums.iterrows()} == {
        "vollstationaer": (120, 0),
        "solitaere_kurzzeitpflege": (22, 0),
        "tagespflege": (135, 0),
        "wg_ambulant": (66, 0),  # the county's total is printed as 64
        "servicewohnen": (0, 85),
        "ambulanter_dienst": (0, 0),
    }
    assert (plans["angebotsform"] == "ambulanter_dienst").sum() == 1
    kaarst = plans[plans["ags"] == "05162016"].set_index("angebotsform")
    assert kaarst["plaetze"].dropna().to_dict() == {
        "vollstationaer": 80,
        "solitaere_kurzzeitpflege": 12,
        "tagespflege": 15,
        "wg_ambulant": 22,
    }


@pytest.mark.parametrize(("day", "printed"), SUPPORT.items())
def test_support_offers(batches: dict[str, Batch], day: str, printed: tuple[int, int]) -> None:
    offers = batches[day].tables["unterstuetzungsangebote"]
    assert offers["art"].value_counts().to_dict() == dict(
        zip(("Einzelbetreuung", "Gruppe"), printed, strict=True)
    )
    assert set(offers["ags"]) == {"05162"}


def inspections(batch: Batch) -> pd.DataFrame:
    offers = batch.tables["angebote"][["pfad_id", "angebotsform_wtg"]]
    rows = batch.tables["pruefungen"].merge(offers, on="pfad_id", validate="many_to_one")
    kinds = rows["angebotsform_wtg"].replace({"wg_demenz": "wg", "wg_beatmung": "wg"})
    return rows.assign(kind=kinds)


@pytest.mark.parametrize(
    ("day", "done", "not_done"),
    [
        ("2019-12-31", {"vollstationaer": 30, "eingliederungshilfe": 25, "wg": 4}, {}),
        (
            "2020-12-31",
            {"vollstationaer": 22, "eingliederungshilfe": 16, "wg": 3},
            {"vollstationaer": 4, "eingliederungshilfe": 6, "tagespflege": 9},
        ),
    ],
)
def test_regular_inspections(
    batches: dict[str, Batch], day: str, done: dict[str, int], not_done: dict[str, int]
) -> None:
    rows = inspections(batches[day])
    regular = rows[rows["art"] == "Regelprüfung"]
    assert regular["geplant"].all()
    day_care = {"tagespflege": 1 if day.startswith("2019") else 2}
    was_done = regular["durchgefuehrt"].astype(bool)
    assert regular[was_done]["kind"].value_counts().to_dict() == done | day_care
    assert regular[~was_done]["kind"].value_counts().to_dict() == not_done
    assert regular[~was_done]["nicht_durchgefuehrt_grund"].notna().all()
    assert not regular["pfad_id"].duplicated().any()


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (
            "2019-12-31",
            {
                ("Anlassprüfung", "vollstationaer"): 19,
                ("Anlassprüfung", "eingliederungshilfe"): 1,
            },
        ),
        (
            "2020-12-31",
            {
                ("Anlassprüfung", "vollstationaer"): 32,
                ("Corona-Kontrolle", "vollstationaer"): 38,
            },
        ),
    ],
)
def test_other_inspections(
    batches: dict[str, Batch], day: str, printed: dict[tuple[str, str], int]
) -> None:
    rows = inspections(batches[day])
    others = rows[rows["art"] != "Regelprüfung"]
    assert others.groupby(["art", "kind"]).size().to_dict() == printed
    assert {found.year for found in rows["datum"]} == {int(day[:4])}


def test_homes_with_complaints(batches: dict[str, Batch]) -> None:
    sites = []
    for day in ("2019-12-31", "2020-12-31"):
        offers = batches[day].tables["angebote"]
        rows = batches[day].tables["massnahmen"].merge(offers, on="pfad_id")
        assert {found.year for found in rows["eingang_am"]} == {int(day[:4])}
        sites.append(set(rows["standort_id"]))
    assert [len(found) for found in sites] == [16, 20]
    assert len(sites[0] | sites[1]) == 21


def test_every_row_arrives_once(batches: dict[str, Batch]) -> None:
    for table, key in (("pruefungen", "pruefung_id"), ("massnahmen", "vorgang_id")):
        keys = pd.concat([batch.tables[table][key] for batch in batches.values()])
        assert len(keys) == keys.nunique() > 0


def test_all_workbooks_pass_their_suite(batches: dict[str, Batch]) -> None:
    for day in ("2020-12-31", "2021-02-15", "2021-10-01", "2021-11-01"):
        validation = validate(dataset("wtg/stichtag"), batches[day])
        assert validation.passed
        assert validation.findings == ()


def test_the_register_s_export_shows_what_registers_are_like(folder: Path) -> None:
    path = folder / "WTG_Register_2021-12-31.csv"
    batch = register.parse(path.read_bytes(), origin(path.name, AT_LAST))
    rows = batch.tables["register_offers"]
    counted = rows[rows["set_aside_reason"].isna()]
    # The homes, their published places, and of the other kinds as many as were published.
    homes = counted[counted["angebotsform_wtg"] == "vollstationaer"]
    assert (len(homes), homes["plaetze"].sum()) == (49, 3975)
    kinds = counted["angebotsform_wtg"].value_counts()
    assert kinds["tagespflege"] == 24
    assert set(counted["ags"]) == {f"05162{place}" for place in HOMES}
    aside = rows[rows["set_aside_reason"].notna()].set_index("pfad_id")["set_aside_reason"]
    assert aside.to_dict() == {"M-X00": "duplicate", "M-X01": "test_record", "M-X02": "project"}
    assert counted[counted["angebotsform_wtg"].isna()]["pfad_id"].tolist() == ["M-X03"]
    validation = validate(dataset("wtg/register"), batch)
    assert validation.passed
    assert {f.rule for f in validation.findings} == {
        "kind_from_name",
        "kind_unclear",
        "offer_twice",
        "project_as_offer",
        "test_record",
    }


def test_the_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    wtg.write(tmp_path)
    again = tmp_path / "drop" / "wtg"
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_reading_a_workbook_is_quick(folder: Path) -> None:
    path = folder / "WTG_Stichtag_2021-11-01.xlsx"
    content = path.read_bytes()
    fastest = min(_processor_seconds(content, path.name) for _ in range(3))
    assert fastest < 1  # 0.1 to 0.3 on a quiet machine


def _processor_seconds(content: bytes, name: str) -> float:
    before = time.process_time()
    parse(content, origin(name, AT_LAST))
    return time.process_time() - before


@given(
    st.integers(min_value=0, max_value=10**6),
    st.lists(st.integers(min_value=0, max_value=500), min_size=1, max_size=60).filter(any),
)
def test_split_loses_nothing_and_stays_within_one_of_the_exact_share(
    total: int, weights: list[int]
) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_split_on_nothing() -> None:
    assert split(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="5 cannot be split"):
        split(5, [0, 0])


def test_uneven_is_the_same_in_every_process() -> None:
    assert (
        uneven("2021-08-15", "NE-V01") == uneven(date(2021, 8, 15), "NE-V01") == Fraction(977, 1000)
    )
    assert uneven("a", 1) != uneven("a", 2)
