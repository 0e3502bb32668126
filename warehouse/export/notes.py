"""What has to be said with the figures of a mart, in German, for people who get only the file."""

from __future__ import annotations

from datetime import datetime

from warehouse.export.extract import Extract

AUDIENCES = {
    "public": "öffentlich: was jede und jeder sehen darf",
    "internal": "INTERN: genaue Werte, nur für Berechtigte; nicht weitergeben",
}
ROUNDED = (
    "Zahlen von Personen aus dem Ausländerzentralregister sind einzeln auf Vielfache von 5 "
    "gerundet, auch Summen: Teile ergeben nicht immer genau das Ganze. Veränderungen und Anteile "
    "sind aus gerundeten Zahlen berechnet."
)
NOT_ROUNDED = "Die Werte sind nicht gerundet; Tabellenprogramme zeigen weniger Stellen an."
KNOWN_BY = {
    "retrieved": "was damals vorlag",
    "published": "was damals veröffentlicht war",
}


def notes(extract: Extract) -> list[tuple[str, str]]:
    """Caption and text, one after the other."""
    manifest = extract.manifest
    found = [
        ("Tabelle", extract.mart),
        ("Beschreibung", extract.entry.description),
        ("Für", extract.county),
        ("Ausgabe", AUDIENCES[extract.audience]),
        (
            "Veröffentlicht am",
            f"{datetime.fromisoformat(manifest['created_at']):%d.%m.%Y %H:%M} UTC",
        ),
        ("Version", manifest["version"]),
        ("Programmversion", manifest["code_version"]),
        ("Zeilen", str(extract.entry.rows)),
    ]
    if extract.entry.newest:
        found.append(("Neuester Stand", extract.entry.newest))
    if manifest["as_of"]:
        known = f"{manifest['as_of']} ({KNOWN_BY[manifest['known_by']]})"
        found.append(("Rückblick auf den", known))
    if extract.entry.kept_from:
        kept = f"Nicht erneuert: zeigt den Stand der Version {extract.entry.kept_from}"
        found.append(("Vorbehalt", kept))
    if extract.withdrawn:
        found.append(("Zurückgezogen", extract.withdrawn))
    if extract.origin_note.sentence:
        found.append(("Herkunft der Zahlen", extract.origin_note.sentence))
    rounded = any(column.name == "rounded_to" for column in extract.columns)
    found.append(("Rundung", ROUNDED if rounded else NOT_ROUNDED))
    if not extract.sources:
        none = "Die Zeilen nennen keine Dateien: Festlegungen, Parameter oder Berechnungen hieraus."
        found.append(("Quellen", none))
    return found
