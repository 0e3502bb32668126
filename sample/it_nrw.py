"""Sample files of IT.NRW and Regionalstatistik: published numbers in the sources' own formats.

The numbers and where they come from: ``sample/figures/it_nrw/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kreishaus.figure_origin import MARKS
from kreishaus.settings import County
from sample import it_nrw_municipalities, it_nrw_projection
from sample.it_nrw_figures import FIGURES, NOT_AGES, read_figures, regions
from sample.it_nrw_formats import datencsv, ldb_static

STATIC = "ldbnrwws/downloader/00/tables"
REGIO_STATIC = "genesisws/downloader/00/tables"
TABLEFILE = "genesisws/rest/2020/data/tablefile"

CARE_STATISTIC = "Pflegestatistik"
CARE_STAND = "21.01.2025 / 08:20:11"
RECIPIENTS = {
    "recipients": "Pflegebedürftige insgesamt",
    "home_care": "ambulante Pflege",
    "full_inpatient": "vollstationäre Pflege",
    "allowance": "Pflegegeld",
    "grade_1_without_benefit": "Pflegegrad 1 ohne Leistungen",
    "permanent_inpatient": "vollstationäre Dauerpflege",
}
HOMES = {
    "places": "Verfügbare Plätze insgesamt",
    "places_permanent": "Verfügbare Plätze für Dauerpflege",
    "staff": "Personal insgesamt",
}
LAND = "05"
KINDS_OF_CARE = ("allowance", "full_inpatient", "home_care")
NATIONALITIES = (
    ("Total", ("German", "foreign")),
    ("Deutsche", ("German",)),
    ("Ausländer/-innen", ("foreign",)),
)
SEXES = (("Total", ("male", "female")), ("männlich", ("male",)), ("weiblich", ("female",)))
POPULATION_FOOTNOTE = """zu "gesamte Tabelle":
Alle Länder:\x20
Bei den Bevölkerungsdaten handelt es sich um
Fortschreibungszahlen (Beispieldatei: die Fußnote ist gekürzt).

Hessen, Nordrhein-Westfalen, Saarland: Kreistabelle liegt
auch für Gemeinden vor."""


def write(target: Path, county: County | None = None) -> None:
    """Write every file under ``target/http/it_nrw/``, at the path of its real address.

    A county other than the pilot has invented municipalities; one without any has no table of them.
    """
    files = {
        f"{STATIC}/22421-02i_00.csv": _care_recipients(),
        f"{STATIC}/22412-01i_00.csv": _care_homes(),
        f"{STATIC}/22421-00xx_00.csv": _care_recipients_by_age(),
        f"{REGIO_STATIC}/12411-03-03-4_00.csv": _population_by_age(),
        f"{STATIC}/{it_nrw_projection.CODE}_00.csv": it_nrw_projection.table(),
    }
    if county is None or county.ags == it_nrw_municipalities.PILOT:
        people = it_nrw_municipalities.published()
    else:
        people = it_nrw_municipalities.invented(county)
    if people.names:
        files[f"{TABLEFILE}/12411-01-01-5.zip"] = it_nrw_municipalities.by_sex(people)
        files[f"{TABLEFILE}/12411-02-03-5.zip"] = it_nrw_municipalities.by_age(people)
    for path, content in files.items():
        file = target / "http" / "it_nrw" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _total(cells: Iterable[str]) -> str:
    """The sum as the offices print it: unknown when a part is, nothing when all parts are."""
    found = list(cells)
    if "." in found:
        return "."
    return "-" if set(found) == {"-"} else str(sum(int(cell) for cell in found if cell != "-"))


def _care_recipients() -> bytes:
    return ldb_static(
        "22421-02i",
        "Pflegebedürftige nach Leistungsarten - kreisfreie Städte und Kreise - Jahr",
        CARE_STATISTIC,
        list(RECIPIENTS.values()),
        _care_rows(list(RECIPIENTS)),
        CARE_STAND,
        MARKS["rebuilt"],
    )


def _care_homes() -> bytes:
    return ldb_static(
        "22412-01i",
        "Pflegeheime: Verfügbare Plätze und Personal - kreisfreie Städte und Kreise - Jahr "
        "(Beispieldatei: Personal ist erfunden, sample)",
        CARE_STATISTIC,
        list(HOMES.values()),
        _care_rows(list(HOMES)),
        CARE_STAND,
        MARKS["invented"],
    )


def _care_rows(measures: list[str]) -> Iterator[list[str]]:
    """Year, key, name and figures of every region; the Land and its districts are sums.

    Where no sum can be made the Land has what was published of it, if anything was.
    """
    kreise_of_2023, of_land = _care_figures("2023"), _care_of_land()
    for year in ("2023", "2021", "2019", "2017"):
        known = _care_figures(year)
        if not (known or of_land[year].keys() & set(measures)):
            continue
        for code, name in regions().items():
            kreise = [kreis for kreis in kreise_of_2023 if kreis.startswith(code)]
            if not kreise:  # dissolved, or a city inside a Kreis: not in the care statistics
                continue
            cells = [
                _total(known.get(kreis, {}).get(measure, ".") for kreis in kreise)
                for measure in measures
            ]
            if code == LAND:
                cells = [
                    of_land[year].get(measure, ".") if cell == "." else cell
                    for measure, cell in zip(measures, cells, strict=True)
                ]
            indent = {2: 0, 3: 2, 5: 4}[len(code)]
            ldb_name = name.replace("Kreisfreie Stadt", "krfr. Stadt")
            yield [year, code, " " * indent + ldb_name, *cells]


def _care_figures(year: str) -> dict[str, dict[str, str]]:
    """Kreis -> measure -> figure: all files of a year, side by side."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(FIGURES.glob(f"care_*by_kreis_{year}*.csv")):
        for row in read_figures(path.name):
            found.setdefault(row["region_code"], {}).update(row)
    return found


def _care_of_land() -> dict[str, dict[str, str]]:
    """Year -> measure -> figure of the Land."""
    return {row["year"]: row for row in read_figures("care_land.csv")}


def _care_recipients_by_age() -> bytes:
    return ldb_static(
        "22421-00xx",
        "Pflegebedürftige nach Altersgruppen und Leistungsarten - Land - Jahr",
        CARE_STATISTIC,
        [RECIPIENTS[kind] for kind in KINDS_OF_CARE],
        _age_rows(),
        CARE_STAND,
        MARKS["rebuilt"],
    )


def _age_rows() -> Iterator[list[str]]:
    printed = read_figures("recipients_by_age_land.csv")
    for year in ("2023", "2021"):
        rows = [row for row in printed if row["year"] == year]
        for row in rows:
            yield [
                year,
                "05",
                "Nordrhein-Westfalen",
                row["age_group"],
                *(row[kind] for kind in KINDS_OF_CARE),
            ]
        yield [
            year,
            "05",
            "Nordrhein-Westfalen",
            "Insgesamt",
            *(_total(row[kind] for row in rows) for kind in KINDS_OF_CARE),
        ]


def _population_by_age() -> bytes:
    titles = (
        "Bevölkerung nach Geschlecht, Nationalität und Altersgruppen",
        "(21) - Stichtag 31.12. - (ab 2011) regionale Tiefe: Kreise",
        "und krfr. Städte",
        "Fortschreibung des Bevölkerungsstandes",
        "Bevölkerungsstand (Anzahl)",
    )
    columns = [(nationality, sex) for nationality, _ in NATIONALITIES for sex, _ in SEXES]
    headers = [[nationality for nationality, _ in columns], [sex for _, sex in columns]]
    return datencsv(
        "12411-03-03-4",
        titles,
        headers,
        _population_rows(),
        POPULATION_FOOTNOTE,
        "2025-12-16 / 16:30:59",
        MARKS["rebuilt"],
    )


def _population_rows() -> Iterator[list[str]]:
    figures: dict[tuple[str, str, str], Mapping[str, str]] = {
        (row["region_code"], row["nationality"], row["sex"]): row
        for row in read_figures("population_2024-12-31.csv")
    }
    leaves = dict.fromkeys(code for code, _, _ in figures)
    ages = [column for column in next(iter(figures.values())) if column not in NOT_AGES]
    for code, name in regions().items():
        # A city inside a Kreis (eight digits) is in the Kreis already.
        members = [
            leaf for leaf in leaves if leaf == code or (leaf.startswith(code) and len(leaf) == 5)
        ]
        indent = {2: 2, 3: 4, 5: 6, 8: 6}[len(code)]
        for label, groups in (*((age, [age]) for age in ages), ("Total", ages)):
            yield [
                "2024-12-31",
                code,
                " " * indent + name,
                label,
                *(
                    _total(
                        figures[member, nationality, sex][group]
                        for member in members
                        for nationality in nationalities
                        for sex in sexes
                        for group in groups
                    )
                    for _, nationalities in NATIONALITIES
                    for _, sexes in SEXES
                ),
            ]
