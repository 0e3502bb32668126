"""Small GENESIS files as the tests of IT.NRW parsers write them."""

from datetime import UTC, datetime

from kreishaus.model import Origin

LDB_TAIL = (
    "__________\n"
    "© IT.NRW, Düsseldorf, 2025. Dieses Werk ist lizenziert unter der Datenlizenz Deutschland - "
    "Namensnennung - Version 2.0.\n"
    "Stand: 21.01.2025 / 08:20:11\n"
)
HOMES_HEAD = (
    "Tabelle: 22412-01i\n"
    "Pflegeheime: Verfügbare Plätze - kreisfreie Städte und;;;;\n"
    "Kreise - Jahr;;;;\n"
    ";;;Verfügbare Plätze insgesamt;Verfügbare Plätze für Dauerpflege\n"
    ";;;Anzahl;Anzahl\n"
)
FFCSV_HEAD = (
    "statistics_code;statistics_label;time_code;time_label;time;"
    "1_variable_code;1_variable_label;1_variable_attribute_code;1_variable_attribute_label;"
    "2_variable_code;2_variable_label;2_variable_attribute_code;2_variable_attribute_label;"
    "value;value_unit;value_variable_code;value_variable_label\n"
)
NEUSS = (
    "12411;Fortschreibung;STAG;Stichtag;2022-12-31;GEMEIN;Gemeinden;05162024;Neuss, Stadt;"
    "GES;Geschlecht;{};{};Anzahl;BEVSTD;Bevölkerungsstand\n"
)


def homes(*lines: str) -> str:
    """A whole table of care homes with these lines of data."""
    return HOMES_HEAD + "".join(f"{line}\n" for line in lines) + LDB_TAIL


def ffcsv(*cells: str) -> str:
    """A flat CSV about Neuss; each cell is ``attribute code;label;value``."""
    return FFCSV_HEAD + "".join(NEUSS.format(*cell.rsplit(";", 1)) for cell in cells)


def origin(table_code: str) -> Origin:
    return Origin(
        source="it_nrw",
        dataset="test",
        sha256="0" * 64,
        label=table_code,
        identity="http://127.0.0.1/table",
        retrieved_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
