"""One small table, written in each of the layouts in which the databases deliver it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from sample.it_nrw_formats import FFCSV_COLUMNS, FFCSV_VALUE, FFCSV_VARIABLE, SEPARATOR

CODE = "12411-02-03-5"
MEASURE = "Bevölkerungsstand"
SEXES = {"": "Insgesamt", "GESM": "männlich", "GESW": "weiblich"}
AGES = {"": "Insgesamt", "ALT000B03": "unter 3 Jahre", "ALT075UM": "75 Jahre und mehr"}
OLD_LAYOUT = {
    "statistics_code": "Statistik_Code",
    "statistics_label": "Statistik_Label",
    "time_code": "Zeit_Code",
    "time_label": "Zeit_Label",
    "time": "Zeit",
}


@dataclass(frozen=True)
class Table:
    """Regions (key -> name), years, and (year, key, sex, age) -> what is printed."""

    regions: dict[str, str]
    years: list[int]
    cells: dict[tuple[int, str, str, str], str]


def _indented(key: str, name: str) -> str:
    return " " * {2: 0, 3: 2, 5: 4, 8: 6}[len(key)] + name


def _printed(lines: list[str], stamp: str) -> str:
    tail = [SEPARATOR, '"zu ""gesamte Tabelle"":', '2011;05162;nichts;1"', "© IT.NRW, Düsseldorf"]
    return "\n".join([*lines, *tail, stamp, ""])


def ldb_static(table: Table) -> bytes:
    """cp1252, bare years, measure and unit in the header, a title over two lines."""
    sexes = list(SEXES.values())
    lines = [
        f"Tabelle: {CODE}",
        "Bevölkerung – nach Altersgruppen und;;;;;;",
        "Geschlecht;;;;;;",
        f";;;;{';'.join(sexes)}",
        f";;;;{';'.join([MEASURE] * 3)}",
        ";;;;Anzahl;Anzahl;Anzahl",
    ]
    for year in table.years:
        for key, name in table.regions.items():
            for age in AGES.values():
                values = [table.cells[year, key, sex, age] for sex in sexes]
                lines.append(";".join([str(year), key, _indented(key, name), age, *values]))
    return _printed(lines, "Stand: 29.05.2026 / 08:20:11").encode("cp1252")


def datencsv(table: Table) -> bytes:
    """UTF-8, ISO dates, measure in the title, half English."""
    sexes = list(SEXES.values())
    english = [sex.replace("Insgesamt", "Total") for sex in sexes]
    lines = [f"Tabelle: {CODE}", f"{MEASURE} (Anzahl);;;;;;", f";;;;{';'.join(english)}"]
    for year in table.years:
        for key, name in table.regions.items():
            for age in AGES.values():
                values = [table.cells[year, key, sex, age] for sex in sexes]
                shown = age.replace("Insgesamt", "Total")
                lines.append(";".join([f"{year}-12-31", key, _indented(key, name), shown, *values]))
    return _printed(lines, "created: 2025-12-16 / 16:30:59").encode()


def old_wide(table: Table) -> bytes:
    """latin-1, one reference date in the title, every dimension in the header."""
    (year,) = table.years
    columns = [(sex, age) for sex in SEXES.values() for age in AGES.values()]
    fill = ";" * (len(columns) + 1)
    lines = [
        f"GENESIS-Tabelle: {CODE}",
        f"{MEASURE} (Anzahl){fill}",
        f"Stichtag: 31.12.{year}{fill}",
        f";;{';'.join(sex for sex, _ in columns)}",
        f";;{';'.join(['Altersgruppen (unter 3 bis 75 u.m.)'] * len(columns))}",
        f";;{';'.join(age for _, age in columns)}",
    ]
    for key, name in table.regions.items():
        values = [table.cells[year, key, sex, age] for sex, age in columns]
        lines.append(";".join([key, name, *values]))
    return _printed(lines, "Stand: 24.11.2025 / 09:48:13").encode("latin-1")


def new_flat(table: Table) -> bytes:
    """UTF-8 with BOM, unsorted, columns in any order, the region not the first variable."""
    columns = [
        *FFCSV_COLUMNS,
        *(f"{number}_variable_{part}" for number in (1, 2, 3) for part in FFCSV_VARIABLE),
        *FFCSV_VALUE,
    ]
    random.Random(7).shuffle(columns)
    lines = [";".join(row[column] for column in columns) for row in _rows(table)]
    random.Random(8).shuffle(lines)
    return "\n".join([";".join(columns), *lines, ""]).encode("utf-8-sig")


def old_flat(table: Table) -> bytes:
    """latin-1, German headers, the measure a column of its own."""
    names = {
        **OLD_LAYOUT,
        **{
            f"{number}_variable_{new}": f"{number}_{old}"
            for number in (1, 2, 3)
            for new, old in (
                ("code", "Merkmal_Code"),
                ("label", "Merkmal_Label"),
                ("attribute_code", "Auspraegung_Code"),
                ("attribute_label", "Auspraegung_Label"),
            )
        },
        "value": f"BEVSTD__{MEASURE}__Anzahl",
    }
    lines = []
    for row in _rows(table):
        year, month, day = row["time"].split("-")
        lines.append(";".join({**row, "time": f"{day}.{month}.{year}"}[name] for name in names))
    return "\r\n".join([";".join(names.values()), *lines, ""]).encode("latin-1")


def _rows(table: Table) -> list[dict[str, str]]:
    codes = {label: code for code, label in (*SEXES.items(), *AGES.items())}
    return [
        {
            "statistics_code": "12411",
            "statistics_label": "Fortschreibung des Bevölkerungsstandes",
            "time_code": "STAG",
            "time_label": "Stichtag",
            "time": f"{year}-12-31",
            **_variable(1, "GES", "Geschlecht", codes[sex], sex),
            **_variable(2, "KREISE", "Kreise", key, table.regions[key]),
            **_variable(3, "ALTX17", "Altersgruppen", codes[age], age),
            "value": printed,
            "value_unit": "Anzahl",
            "value_variable_code": "BEVSTD",
            "value_variable_label": MEASURE,
        }
        for (year, key, sex, age), printed in table.cells.items()
    ]


def _variable(number: int, code: str, label: str, attribute: str, name: str) -> dict[str, str]:
    values = (code, label, attribute, name)
    return {
        f"{number}_variable_{part}": value
        for part, value in zip(FFCSV_VARIABLE, values, strict=True)
    }


def reference(year: int) -> date:
    return date(year, 12, 31)


LAYOUTS = {
    "LDB static CSV": ldb_static,
    "datencsv": datencsv,
    "old wide CSV": old_wide,
    "flat CSV, new": new_flat,
    "flat CSV, old": old_flat,
}
