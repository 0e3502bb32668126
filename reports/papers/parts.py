"""What all papers share: origins, the data basis, and the findings of the data checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kreishaus.county_words import CountyWords
from kreishaus.labels import translations
from kreishaus.labels.formats import day, number, percent
from reports import phrasing
from reports.document import Block, Callout, Column, Line, Origin, Paragraph, Section, Table
from reports.marts import Marts, Row

ROUNDED = (
    "Personenzahlen aus dem Ausländerzentralregister sind auf Vielfache von {base} gerundet, jede "
    "Zahl und jede Summe für sich: Summen können von der Summe ihrer Teile abweichen."
)
RECONCILIATION = (
    "select * from reconciliation where list_contains($marts, mart) and verdict = 'differs' "
    "order by document, place, column_number, row_number"
)
VERDICTS = """
    select verdict, count(*) as figures_count, max(recorded_at) as recorded_at,
        any_value(document) as document
    from reconciliation where list_contains($marts, mart) group by verdict
"""
CONTRADICTIONS = """
    select * from reconciliation_identity
    where verdict = 'contradicts' and basis = 'same_table' and list_contains($metrics, metric_code)
    order by document, place, period_code
"""


@dataclass(frozen=True)
class Place:
    """Whose paper it is: the name in the county's folder, and the words for its kind."""

    name: str
    words: CountyWords

    @property
    def here(self) -> str:
        return phrasing.in_region(self.name)


def county(marts: Marts) -> Place:
    """The county of the marts."""
    return Place(marts.county.name, marts.words)


def newest(rows: Iterable[Row], column: str = "recorded_at") -> datetime | None:
    """The latest moment among some rows."""
    return max((row[column] for row in rows if row.get(column) is not None), default=None)


def rounding(rows: Iterable[Row]) -> str:
    """What is to be said of rounding; empty where the rows are exact."""
    bases = {row["rounded_to"] for row in rows if row.get("rounded_to")}
    return ROUNDED.format(base=max(bases)) if bases else ""


def origin(
    rows: Sequence[Row], about: str, datasets: Sequence[str], method: str, *marts: str
) -> Origin:
    """The origin of what was made from ``rows``, the times being the latest of them."""
    return Origin(
        sources=tuple(translations.dataset(one) for one in datasets),
        about=about,
        recorded_at=newest(rows),
        published_at=newest(rows, "published_at"),
        method=method,
        rounding=rounding(rows),
        marts=marts,
    )


def missing(what: str) -> Callout:
    """Said in place of figures that no mart has."""
    return Callout("Keine Daten", (f"{what} {phrasing.MISSING}.",))


@dataclass(frozen=True)
class Checks:
    """A section on what the data checks found, and the table of each finding for the annex."""

    section: Section
    annex: tuple[Table, ...]


def data_checks(marts: Marts, names: Sequence[str], until: date) -> Checks:
    """What the comparison of printed papers with the marts found about the paper's subject."""
    title = "Hinweise zur Datenprüfung"
    asked = {"marts": list(names)}
    verdicts = marts.rows("reconciliation", VERDICTS, asked)
    if not verdicts:
        nothing = (
            "Zum Gegenstand dieses Papiers liegen keine früher gedruckten Zahlen vor, die sich "
            "vergleichen ließen."
        )
        return Checks(Section(title, (Paragraph(nothing),)), ())
    blocks: list[Block] = [Paragraph(_verdict_sentence(verdicts))]
    differing = [
        row for row in marts.rows("reconciliation", RECONCILIATION, asked) if _until(row, until)
    ]
    if differing:
        blocks.append(_by_reason(differing))
    blocks += _contradictions(marts, names, until)
    return Checks(Section(title, tuple(blocks)), (_differing(differing),) if differing else ())


def _until(row: Row, until: date) -> bool:
    return row["reference_date"] is None or bool(row["reference_date"] <= until)


def _verdict_sentence(verdicts: list[Row]) -> str:
    figures = {row["verdict"]: row["figures_count"] for row in verdicts}
    compared = sum(figures.get(one, 0) for one in ("equal", "rounded", "differs"))
    differs = figures.get("differs", 0)
    nowhere = sum(figures.values()) - compared - figures.get("not_printed", 0)
    return (
        "Kreishaus vergleicht jede Zahl, die in einem früheren Papier gedruckt wurde, mit seinen "
        f"Tabellen. Zum Gegenstand dieses Papiers {phrasing.are(compared)} "
        f"{phrasing.counted(compared, phrasing.FIGURES)} verglichen: "
        f"{number(figures.get('equal', 0))} stimmen genau, {number(figures.get('rounded', 0))} bis "
        f"auf die Rundung, {number(differs)} {'weicht' if differs == 1 else 'weichen'} ab. Zu "
        f"{number(nowhere)} weiteren hat Kreishaus keine Quelle oder keine Kennzahl."
    )


def _as_shown(row: Row, amount: float | None) -> str:
    if amount is None:
        return phrasing.NO_VALUE
    if row["kind"] == "share":
        return percent(amount, max(1, int(row["decimals_count"] or 0)))
    return number(amount, int(row["decimals_count"] or 0))


def _reason(row: Row) -> str:
    label = row["reason_label"] or "Nicht bekannt"
    return str(label).split(": siehe ")[0]


def _by_reason(rows: list[Row]) -> Table:
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["place"], row["metric_label"], _reason(row)), []).append(row)
    return Table(
        "Abweichungen gedruckter Zahlen von den Tabellen in Kreishaus, zusammengefasst",
        (
            Column("Fundstelle", numeric=False),
            Column("Kennzahl", numeric=False),
            Column("Zahl"),
            Column("Vermutlicher Grund", numeric=False),
        ),
        tuple(
            Line((place, metric, number(len(group)), reason))
            for (place, metric, reason), group in groups.items()
        ),
        ("Jede einzelne steht im Anhang.",),
        _checks_origin(rows),
    )


def _checks_origin(rows: list[Row]) -> Origin:
    return Origin(
        sources=(translations.dataset("papers/figures"),),
        about="Zeitraum der jeweiligen Zahl",
        recorded_at=newest(rows),
        method="Vergleich der gedruckten mit der berechneten Zahl, je Kennzahl mit eigener "
        "Toleranz (docs/methods_papers.md, „Verdict“ und „Reason“)",
        marts=("reconciliation",),
    )


def _differing(rows: list[Row]) -> Table:
    shown = [
        Line(
            (
                row["place"],
                f"{row['metric_label']}, {_row_label(row)}",
                phrasing.minus(row["value_as_printed"]),
                _as_shown(row, row.get("mart_value")),
                _reason(row),
            )
        )
        for row in rows
    ]
    documents = "; ".join(dict.fromkeys(row["document"] for row in rows))
    return Table(
        "Gedruckte Zahlen, die von den Tabellen in Kreishaus abweichen",
        (
            Column("Fundstelle", numeric=False),
            Column("Zahl", numeric=False),
            Column("gedruckt"),
            Column("in Kreishaus"),
            Column("Vermutlicher Grund", numeric=False),
        ),
        tuple(shown),
        (
            f"Gedruckt in: {documents}.",
            "„Vermutlich“ ist so gemeint: Regeln finden den wahrscheinlichsten Grund und keinen "
            "Beweis.",
        ),
        _checks_origin(rows),
    )


def _row_label(row: Row) -> str:
    label = str(row["row_label"])
    try:
        return phrasing.short_month(date.fromisoformat(f"{label}-01"))
    except ValueError:
        return f"{label} ({row['column_label']})"


def _contradictions(marts: Marts, names: Sequence[str], until: date) -> list[Block]:
    metrics = marts.rows(
        "metric",
        "select metric_code from metric where list_contains($marts, mart)",
        {"marts": list(names)},
    )
    codes = [row["metric_code"] for row in metrics]
    found = [
        row
        for row in marts.rows("reconciliation_identity", CONTRADICTIONS, {"metrics": codes})
        if _until(row, until)
    ]
    if not found:
        return []
    texts = tuple(
        f"{row['place']}, {row['metric_label']}, {_period(row)}: gedruckt ist "
        f"{_trimmed(row['printed_number'])}, aus den gedruckten Teilen ergibt sich "
        f"{_trimmed(row['computed_number'])}."
        for row in found
    )
    return [Callout("Tabellen, die sich selbst widersprechen", texts, "warning")]


def _period(row: Row) -> str:
    code = str(row["period_code"])
    for text, shown in ((code, day), (f"{code}-01", phrasing.month)):
        try:
            return shown(date.fromisoformat(text))
        except ValueError:
            continue
    return code


def _trimmed(amount: float | None) -> str:
    """A number with the decimals it needs, at most two."""
    if amount is None:
        return phrasing.NO_VALUE
    decimals = next((one for one in (0, 1) if abs(round(amount, one) - amount) < 1e-9), 2)
    return number(amount, decimals)


def data_basis(marts: Marts, datasets: Sequence[str], methods: Sequence[str]) -> Section:
    """Where the figures come from, what arrived and what is awaited, and how they are made."""
    rows = {row["dataset_id"]: row for row in marts.rows("freshness", "select * from freshness")}
    known = [rows[one] for one in datasets if one in rows]
    blocks: list[Block] = []
    if known:
        blocks.append(
            Table(
                "Quellen und ihr Stand",
                (
                    Column("Quelle", numeric=False),
                    Column("Neuester Stichtag"),
                    Column("Als Nächstes erwartet"),
                    Column("Lieferung", numeric=False),
                ),
                tuple(Line(_delivery(row)) for row in known),
                (
                    "„Überfällig“ misst jede Quelle an ihrem eigenen Kalender. Die Zahlen dieses "
                    "Papiers bleiben richtig; sie sind nur nicht die neuesten, die es geben "
                    "sollte.",
                ),
                Origin(
                    sources=("Eingangsbuch von Kreishaus",),
                    about="Tag des letzten Laufs",
                    marts=("freshness",),
                ),
            )
        )
    blocks.append(Section("Methoden", tuple(Paragraph(text) for text in methods)))
    return Section("Datengrundlage und Methoden", tuple(blocks))


def _delivery(row: Row) -> tuple[str, str, str, str]:
    state = "pünktlich"
    if row["is_late"]:
        state = f"überfällig seit {day(row['due_date'])}"
    elif row["due_date"] is None:
        state = "keine weitere erwartet"
    quarantine = row["files_in_quarantine_count"]
    if quarantine:
        state += f"; {quarantine} {'Datei' if quarantine == 1 else 'Dateien'} in Quarantäne"
    return (
        translations.dataset(row["dataset_id"]),
        _about(row, "newest_reference_date") or phrasing.NO_VALUE,
        _about(row, "awaited_reference_date") or "–",
        state,
    )


def _about(row: Row, column: str) -> str:
    """A reference date; of what comes each month, the month."""
    at = row[column]
    if at is None:
        return ""
    return phrasing.month(at) if str(row["calendar"]).startswith("every month") else day(at)
