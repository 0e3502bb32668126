"""Staged tables of the WTG authority: one per sheet, columns as officers write them.

``set_aside_reason`` says why a row is no offer (``test_record``, ``project``, ``duplicate``): it
stays in the table and is counted nowhere.

A number that is not a number ("k. A.") is null and stands in ``cell_markers``, a JSON object
column -> text as written; so does a footnote beside a number ("349 (coronabedingt)").
"""

import pyarrow as pa

from kreishaus.keys import keyed
from kreishaus.store.staging import text

LATITUDES, LONGITUDES = (47.2, 55.1), (5.8, 15.1)
"""Where Germany lies. Exchanged, the two are outside."""
MOST = 1000
"""Places or FTE of one offer: no home in the country has more. Two numbers ran together, or it is
a year or a telephone number."""


def _date(name: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, pa.date32(), nullable=nullable)


def _count(name: str) -> pa.Field:
    return pa.field(name, pa.int64())


def _number(name: str) -> pa.Field:
    return pa.field(name, pa.float64())


def _flag(name: str) -> pa.Field:
    return pa.field(name, pa.bool_())


def _texts(*names: str) -> list[pa.Field]:
    return [text(name, nullable=True) for name in names]


def _sheet(*fields: pa.Field) -> pa.Schema:
    """A sheet's table. The first column names the row, within its reference date."""
    schema = pa.schema(
        [_date("reference_date", nullable=False), *fields, text("cell_markers", nullable=True)]
    )
    label = "name" if "name" in schema.names else None
    return keyed(schema, "reference_date", fields[0].name, label=label)


TABLES = {
    "angebote": _sheet(
        text("pfad_id"),
        *_texts("standort_id"),
        text("name"),
        *_texts("traeger", "traegerart"),
        text("angebotsform_wtg"),
        *_texts("unterart", "schwerpunkt", "strasse", "hausnummer", "plz", "ort"),
        text("ags"),
        _number("lat"),
        _number("lon"),
        _date("betrieb_ab"),
        _date("betrieb_bis"),
        *_texts("status", "freigabe_status"),
        _date("freigabe_am"),
        *_texts("set_aside_reason"),
    ),
    "belegung": _sheet(
        text("pfad_id"),
        _count("plaetze_vertrag"),
        _count("davon_kzp_eingestreut"),
        _count("davon_kzp_fixflex"),
        _count("davon_sonderbereich"),
        _count("plaetze_belegt"),
        _count("plaetze_nicht_belegt"),
        _count("davon_nicht_belegbar"),
        *_texts("grund"),
        _count("plaetze_frei_gemeldet"),
        _flag("ueberbelegung_genehmigt"),
        _count("einzelzimmer"),
        _count("doppelzimmer"),
        _date("gemeldet_am"),
        *_texts("quelle"),
    ),
    "bewohner": _sheet(
        text("pfad_id"),
        *(_count(name) for name in ("pg1", "pg2", "pg3", "pg4", "pg5", "ohne_pg", "unter_60")),
    ),
    "personal": _sheet(
        text("pfad_id"),
        *(
            _number(name)
            for name in (
                "vk_pflege_gesamt",
                "vk_fachkraft",
                "vk_assistenz_1j",
                "vk_hilfskraft",
                "vk_pdl",
                "vk_sozialdienst",
                "fachkraftquote_gemeldet",
                "vk_soll_vereinbart",
                "wochenstunden_vollzeit",
            )
        ),
        _date("erhoben_am"),
        *_texts("anlass"),
    ),
    "pruefungen": _sheet(
        text("pruefung_id"),
        text("pfad_id"),
        _date("datum"),
        text("art"),
        _flag("geplant"),
        _flag("durchgefuehrt"),
        *_texts("nicht_durchgefuehrt_grund"),
        _count("maengel"),
        _flag("beratung"),
        _flag("anordnung"),
    ),
    "massnahmen": _sheet(
        text("vorgang_id"),
        text("pfad_id"),
        _date("eingang_am"),
        _flag("bestaetigt"),
        *_texts("massnahme"),
        _date("von"),
        _date("bis"),
        _count("plaetze_betroffen"),
    ),
    "planungen": _sheet(
        text("vorhaben_id"),
        text("ags"),
        text("angebotsform"),
        _count("plaetze"),
        _count("wohneinheiten"),
        *_texts("status"),
        _date("beschluss_am"),
        _date("inbetriebnahme_erwartet"),
        *_texts("traeger"),
    ),
    "unterstuetzungsangebote": _sheet(
        text("angebot_id"),
        text("ags"),
        text("art"),
        _flag("zielgruppe_kinder"),
    ),
}

REGISTER = {
    "register_offers": _sheet(
        text("pfad_id", nullable=True),
        text("name"),
        *_texts("traeger", "angebotsform"),
        *_texts("angebotsform_wtg", "angebotsform_herkunft"),
        *_texts("strasse", "hausnummer", "plz"),
        text("ort"),
        *_texts("ags"),
        _count("plaetze"),
        *_texts("status", "set_aside_reason"),
        pa.field("duplicate_of_row", pa.int64()),
    )
}
"""The register's list of offers. ``angebotsform`` is as written; ``angebotsform_wtg`` is the kind
it means, ``angebotsform_herkunft`` says from where: ``spalte`` or ``name``."""
