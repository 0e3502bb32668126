"""Sample files of IT.NRW and Regionalstatistik: published numbers in the sources' own formats.

The numbers and where they come from: ``sample/figures/it_nrw/README.md``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sample.it_nrw_formats import datencsv, ffcsv, ldb_static, zipped

FIGURES = Path(__file__).parent / "figures" / "it_nrw"
STATIC = "ldbnrwws/downloader/00/tables"
REGIO_DOWNLOAD = "genesis/online/download"
TABLEFILE = "genesisws/rest/2020/data/tablefile"

CARE_STATISTIC = "Pflegestatistik"
CARE_STAND = "21.01.2025 / 08:20:11"
RECIPIENTS = {
    "recipients": "Pflegebedürftige insgesamt",
    "home_care": "ambulante Pflege",
    "full_inpatient": "vollstationäre Pflege",
    "allowance": "Pflegegeld",
    "grade_1_without_benefit": "Pflegegrad 1 ohne Leistungen",
}
HOMES = {
    "places": "Verfügbare Plätze insgesamt",
    "places_permanent": "Verfügbare Plätze für Dauerpflege",
    "staff": "Personal insgesamt",
}
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


def write(target: Path) -> None:
    """Write every file under ``target/http/it_nrw/``, at the path of its real address."""
    files = {
        f"{STATIC}/22421-02i_00.csv": _care_recipients(),
        f"{STATIC}/22412-01i_00.csv": _care_homes(),
        f"{STATIC}/22421-00xx_00.csv": _care_recipients_by_age(),
        f"{REGIO_DOWNLOAD}/12411-03-03-4/datencsv": _population_by_age(),
        f"{TABLEFILE}/12411-01-01-5.zip": _population_municipalities(),
    }
    for path, content in files.items():
        file = target / "http" / "it_nrw" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _figures(name: str) -> list[dict[str, str]]:
    with (FIGURES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def _regions() -> dict[str, str]:
    return {row["region_code"]: row["name"] for row in _figures("regions.csv")}


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
    )


def _care_rows(measures: list[str]) -> Iterator[list[str]]:
    """Year, key, name and figures of every region; the Land and its districts are sums."""
    newest, earlier = _care_figures("2023"), _care_figures("2019")
    for year, known in (("2023", newest), ("2019", earlier)):
        for code, name in _regions().items():
            kreise = [kreis for kreis in newest if kreis.startswith(code)]
            if not kreise:  # dissolved, or a city inside a Kreis: not in the care statistics
                continue
            cells = [
                _total(known.get(kreis, {}).get(measure, ".") for kreis in kreise)
                for measure in measures
            ]
            indent = {2: 0, 3: 2, 5: 4}[len(code)]
            ldb_name = name.replace("Kreisfreie Stadt", "krfr. Stadt")
            yield [year, code, " " * indent + ldb_name, *cells]


def _care_figures(year: str) -> dict[str, dict[str, str]]:
    """Kreis -> measure -> figure: all files of a year, side by side."""
    figures: dict[str, dict[str, str]] = {}
    for path in sorted(FIGURES.glob(f"care_*by_kreis_{year}*.csv")):
        for row in _figures(path.name):
            figures.setdefault(row["region_code"], {}).update(row)
    return figures


def _care_recipients_by_age() -> bytes:
    return ldb_static(
        "22421-00xx",
        "Pflegebedürftige nach Altersgruppen und Leistungsarten - Land - Jahr",
        CARE_STATISTIC,
        [RECIPIENTS[kind] for kind in KINDS_OF_CARE],
        _age_rows(),
        CARE_STAND,
    )


def _age_rows() -> Iterator[list[str]]:
    figures = _figures("recipients_by_age_land.csv")
    for year in ("2023", "2021"):
        rows = [row for row in figures if row["year"] == year]
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
    )


def _population_rows() -> Iterator[list[str]]:
    figures: dict[tuple[str, str, str], Mapping[str, str]] = {
        (row["region_code"], row["nationality"], row["sex"]): row
        for row in _figures("population_2024-12-31.csv")
    }
    leaves = dict.fromkeys(code for code, _, _ in figures)
    not_ages = ("region_code", "nationality", "sex")
    ages = [column for column in next(iter(figures.values())) if column not in not_ages]
    for code, name in _regions().items():
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


def _population_municipalities() -> bytes:
    sexes = {
        "male": ("GESM", "männlich"),
        "female": ("GESW", "weiblich"),
        "total": ("", "Insgesamt"),
    }
    rows = [
        {
            "statistics_code": "12411",
            "statistics_label": "Fortschreibung des Bevölkerungsstandes",
            "time_code": "STAG",
            "time_label": "Stichtag",
            "time": "2022-12-31",
            "1_variable_code": "GEMEIN",
            "1_variable_label": "Gemeinden",
            "1_variable_attribute_code": row["region_code"],
            "1_variable_attribute_label": row["name"],
            "2_variable_code": "GES",
            "2_variable_label": "Geschlecht",
            "2_variable_attribute_code": code,
            "2_variable_attribute_label": label,
            "value": row[sex],
            "value_unit": "Anzahl",
            "value_variable_code": "BEVSTD",
            "value_variable_label": "Bevölkerungsstand",
        }
        for row in _figures("municipalities_2022-12-31.csv")
        for sex, (code, label) in sexes.items()
    ]
    return zipped("12411-01-01-5_de_flat.csv", ffcsv(rows, variables=2))
