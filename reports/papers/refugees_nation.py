"""The nation's part of the refugee report: asylum figures, countries, county beside Germany."""

from __future__ import annotations

from datetime import date

from matplotlib.figure import Figure as Drawing

from kreishaus.labels.formats import day, number, percent
from reports import charts, phrasing
from reports.charts import ink
from reports.document import Block, Bullets, Column, Figure, Line, Paragraph, Section, Table
from reports.marts import Marts, Row
from reports.papers.parts import Place, missing, origin
from reports.phrasing import (
    APPLICATIONS,
    CHANGE,
    DECISIONS,
    FIRST_APPLICATIONS,
    PERSONS,
    PROCEDURES,
    Noun,
    change_cell,
    compared,
    counted,
    month,
    short_month,
    value,
)
from reports.plots.sheet import BLUE, ORANGE, german_axis, percent_axis

HKL = ("bamf/hkl",)
METHOD_MONTHS = (
    "Monate wie vom BAMF herausgegeben, spätere Berichtigungen nicht eingerechnet "
    "(docs/methods_refugees.md, „Asylum figures compared“)"
)
COUNTRIES_SHOWN = 10
MONTHS_SHOWN = 25

NATIONAL = """
    select * from asylum_national_monthly where reference_month <= $until order by reference_month
"""
NEWEST = "select last_day(max(reference_month)) as last_day from asylum_national_monthly"
COMPARED = """
    select * from asylum_comparison where reference_month = $month and origin_code = 'total'
"""
COUNTRIES = """
    select * from asylum_comparison
    where reference_month = $month and measure = 'applications_first' and origin_code <> 'total'
"""
SETS = "select * from asylum_by_country_set_monthly where reference_month = $month"
PENDING = """
    select * from pending_by_country where region_code = $kreis and reference_date = $until
    order by origin_code = 'total', origin_code = 'other', pending_persons desc, origin_label
"""
BESIDE = """
    select * from refugees_county_and_nation
    where region_code = $kreis and reference_date = $until
"""
MEASURES: dict[str, tuple[str, Noun]] = {
    "applications_total": ("Erst- und Folgeanträge", APPLICATIONS),
    "applications_first": ("Erstanträge", FIRST_APPLICATIONS),
    "decisions_total": ("Entscheidungen", DECISIONS),
    "decisions_positive": ("positive Entscheidungen", DECISIONS),
    "pending_total": ("anhängige Verfahren am Monatsende", PROCEDURES),
}


def national(marts: Marts, until: date) -> list[Row]:
    """The months up to that of a date, oldest first; none where there are none."""
    return marts.rows("asylum_national_monthly", NATIONAL, {"until": until})


def newest_month_end(marts: Marts) -> list[date]:
    """The last day of the newest month; empty where there is none."""
    months = marts.rows("asylum_national_monthly", NEWEST)
    return [row["last_day"] for row in months if row["last_day"] is not None]


def comparisons(marts: Marts, at: date) -> dict[tuple[str, str], Row]:
    """The comparisons of a month over all countries."""
    rows = marts.rows("asylum_comparison", COMPARED, {"month": at})
    return {(row["measure"], row["comparison_code"]): row for row in rows}


def summary(marts: Marts, until: date) -> list[str]:
    """The sentence on Germany for readers of one page."""
    rows = national(marts, until)
    if not rows:
        return []
    newest = rows[-1]
    at = newest["reference_month"]
    found = comparisons(marts, at).get(("applications_total", "same_month_year_before"))
    before = found["compared_count"] if found else None
    applications = newest["applications_total"]
    return [
        f"{counted(applications, APPLICATIONS)} wurden im {month(at)} in Deutschland gestellt. "
        + compared("dem Vorjahresmonat", applications, before, APPLICATIONS)
    ]


def national_section(marts: Marts, until: date) -> Section:
    """Applications, decisions and pending procedures, with their comparisons."""
    title = "Asylverfahren in Deutschland"
    rows = national(marts, until)
    if not rows:
        return Section(title, (missing("Eine Statistik des BAMF"),))
    at = rows[-1]["reference_month"]
    found = comparisons(marts, at)
    blocks: list[Block] = []
    if (at.year, at.month) != (until.year, until.month):
        blocks.append(
            Paragraph(
                f"Für den Monat des Stichtags {phrasing.MISSING}, was das BAMF herausgibt; der "
                f"jüngste Monat ist der {month(at)}."
            )
        )
    blocks += [
        Paragraph(f"Im {month(at)}:"),
        Bullets(tuple(_measure_sentence(measure, rows[-1], found) for measure in MEASURES)),
        Paragraph(_protection(rows[-1], found)),
        *_year_to_date(at, found),
        *_sets(marts, at),
        _national_figure(rows),
        _national_table(rows),
        _countries_table(marts, at),
    ]
    return Section(title, tuple(blocks))


def _measure_sentence(measure: str, newest: Row, found: dict[tuple[str, str], Row]) -> str:
    label, noun = MEASURES[measure]
    amount = newest[measure]
    words = [f"{number(amount) if amount is not None else phrasing.NO_VALUE} {label}."]
    for code, than in (
        ("month_before", "dem Vormonat"),
        ("same_month_year_before", "dem Vorjahresmonat"),
    ):
        row = found.get((measure, code))
        words.append(compared(than, amount, row["compared_count"] if row else None, noun))
    return " ".join(words)


def _protection(newest: Row, found: dict[tuple[str, str], Row]) -> str:
    share = newest["protection_share"]
    if share is None:
        return f"Eine Schutzquote {phrasing.MISSING}."
    row = found.get(("protection_share", "same_month_year_before"))
    before = row["compared_share"] if row else None
    return (
        f"Die Schutzquote, positive Entscheidungen an allen, lag bei {percent(share, 1)}, "
        f"{phrasing.points(share, before, 'im Vorjahresmonat')}."
    )


def _year_to_date(at: date, found: dict[tuple[str, str], Row]) -> list[Block]:
    row = found.get(("applications_total", "year_to_date"))
    if row is None or row["value_count"] is None:
        return []
    span = "Januar" if at.month == 1 else f"Januar bis {month(at).split()[0]}"
    return [
        Paragraph(
            f"Von {span} {at.year} waren es {counted(row['value_count'], APPLICATIONS)}. "
            + compared(
                "denselben Monaten des Vorjahres",
                row["value_count"],
                row["compared_count"],
                APPLICATIONS,
            )
            + " Das ist die Summe der Monate und nicht die Jahressumme, die das BAMF druckt."
        )
    ]


def _sets(marts: Marts, at: date) -> list[Block]:
    sentences = []
    for row in marts.rows("asylum_by_country_set_monthly", SETS, {"month": at}):
        if not row["is_stated"]:
            sentences.append(
                f"{row['prospects_set_label']}: Welche Länder dazu zählen, ist für diesen Monat "
                "nicht belegt."
            )
            continue
        part = row["applications_first_share"]
        sentences.append(
            f"{row['prospects_set_label']} ({row['country_names']}): "
            f"{counted(row['applications_first'], FIRST_APPLICATIONS)}"
            + ("." if part is None else f", {percent(part, 1)} aller Erstanträge.")
            + (" Die Länder wechseln innerhalb des Monats." if row["changes_within_month"] else "")
        )
    return [Bullets(tuple(sentences))] if sentences else []


def _national_figure(rows: list[Row]) -> Figure:
    months = [row["reference_month"] for row in rows]

    def draw(drawing: Drawing) -> None:
        for axes, column, title, colour in zip(
            drawing.subplots(1, 2),
            ("applications_total", "pending_total"),
            ("Erst- und Folgeanträge im Monat", "Anhängige Verfahren am Monatsende"),
            (BLUE, ORANGE),
            strict=True,
        ):
            amounts = [row[column] for row in rows]
            axes.plot(months, amounts, color=colour, gid=f"national-{column}")
            axes.annotate(
                number(amounts[-1]),
                (months[-1], amounts[-1]),
                xytext=(-3, 5),
                textcoords="offset points",
                ha="right",
                size=7,
                color=ink(colour),
                weight="bold",
            )
            axes.set_title(title)
            axes.set_ylim(bottom=0)
            axes.grid(axis="y")
            german_axis(axes, "y")
            charts.date_axis(axes, "%Y")

    first, last = rows[0], rows[-1]
    caption = (
        f"Asylanträge und anhängige Verfahren in Deutschland, {month(months[0])} bis "
        f"{month(months[-1])}"
    )
    peak = max(rows, key=lambda row: row["applications_total"] or 0)
    alt = (
        f"Zwei Liniendiagramme. Anträge im Monat: {value(first['applications_total'])} im "
        f"{month(months[0])}, {value(last['applications_total'])} im {month(months[-1])}, am "
        f"meisten im {month(peak['reference_month'])} mit {value(peak['applications_total'])}. "
        f"Anhängige Verfahren: {value(first['pending_total'])} und {value(last['pending_total'])}."
    )
    figures = origin(rows, f"{len(rows)} Monate", HKL, METHOD_MONTHS, "asylum_national_monthly")
    return Figure(
        caption,
        charts.chart(2.4, caption, alt, draw),
        alt,
        _months_table(f"{caption}: alle Monate", rows, None),
        (),
        figures,
    )


def _months_table(caption: str, rows: list[Row], of: tuple[str, ...] | None) -> Table:
    shown = of or ("applications_total", "pending_total")
    labels = {
        "applications_total": "Erst- und Folgeanträge",
        "applications_first": "Erstanträge",
        "pending_total": "Anhängige Verfahren",
        "decisions_total": "Entscheidungen",
        "decisions_positive": "davon positiv",
        "protection_share": "Schutzquote",
    }

    def cell(row: Row, column: str) -> str:
        if column == "protection_share":
            return phrasing.share(row[column])
        return value(row[column])

    return Table(
        caption,
        (Column("Monat", numeric=False), *(Column(labels[column]) for column in shown)),
        tuple(
            Line((short_month(row["reference_month"]), *(cell(row, column) for column in shown)))
            for row in reversed(rows)
        ),
        (),
        origin(
            rows,
            f"{month(rows[0]['reference_month'])} bis {month(rows[-1]['reference_month'])}",
            HKL,
            METHOD_MONTHS,
            "asylum_national_monthly",
        ),
    )


def _national_table(rows: list[Row]) -> Table:
    shown = rows[-MONTHS_SHOWN:]
    columns = (
        "applications_total",
        "applications_first",
        "pending_total",
        "decisions_total",
        "decisions_positive",
        "protection_share",
    )
    return _months_table("Asylanträge, Verfahren und Entscheidungen in Deutschland", shown, columns)


def _countries_table(marts: Marts, at: date) -> Table | Paragraph:
    rows = marts.rows("asylum_comparison", COUNTRIES, {"month": at})
    by_country = {(row["origin_code"], row["comparison_code"]): row for row in rows}
    ranked = sorted(
        {
            (row["value_count"] or 0, row["origin_label"], row["origin_code"])
            for row in rows
            if row["comparison_code"] == "month_before"
        },
        key=lambda one: (-one[0], one[1]),
    )[:COUNTRIES_SHOWN]
    if not ranked:
        return Paragraph(f"Eine Gliederung nach Herkunftsländern {phrasing.MISSING}.")
    lines = []
    for place, (amount, label, code) in enumerate(ranked, 1):
        before = by_country.get((code, "month_before"), {}).get("compared_count")
        year = by_country.get((code, "same_month_year_before"), {}).get("compared_count")
        so_far = by_country.get((code, "year_to_date"), {})
        lines.append(
            Line(
                (
                    f"{place}. {label}",
                    value(amount),
                    value(before),
                    change_cell(amount, before),
                    value(year),
                    change_cell(amount, year),
                    value(so_far.get("value_count")),
                )
            )
        )
    return Table(
        f"Erstanträge in Deutschland nach Herkunftsland, {month(at)}: die {len(ranked)} häufigsten",
        (
            Column("Herkunftsland", numeric=False),
            Column(short_month(at)),
            Column("Vormonat"),
            Column(CHANGE),
            Column("Vorjahresmonat"),
            Column(CHANGE),
            Column(f"seit 01/{at.year}"),
        ),
        tuple(lines),
        (),
        origin(rows, month(at), HKL, METHOD_MONTHS, "asylum_comparison"),
    )


def countries_section(marts: Marts, place: Place, until: date) -> Section:
    """Pending procedures by country: the county beside Germany."""
    title = f"Herkunftsländer der laufenden Verfahren {place.here}"
    rows = marts.rows("pending_by_country", PENDING, {"until": until})
    if not rows:
        return Section(title, (missing("Eine Gliederung nach Herkunftsländern"),))
    total = next((row for row in rows if row["origin_code"] == "total"), None)
    listed_rows = [row for row in rows if row["origin_code"] not in ("total", "other")]
    blocks: list[Block] = []
    strongest = [row for row in listed_rows if row["pending_persons"] is not None][:3]
    if total and strongest:
        names = phrasing.ranking(
            [phrasing.short_name(row["origin_label"]) for row in strongest],
            [value(row["pending_persons"]) for row in strongest],
        )
        blocks.append(
            Paragraph(
                f"Von {counted(total['pending_persons'], PERSONS)} im Verfahren kommen die meisten "
                f"der einzeln gezählten aus {names}."
            )
        )
    beside = marts.rows("refugees_county_and_nation", BESIDE, {"until": until})
    if beside:
        blocks.append(Paragraph(_beside(beside[0], place)))
    blocks += [_countries_figure(rows, place, until), _pending_table(rows, place, until)]
    return Section(title, tuple(blocks))


def _beside(row: Row, place: Place) -> str:
    pending, nation = row.get("pending_persons"), row.get("national_pending_count")
    if pending is None or not nation:
        return f"Ein Vergleich mit Deutschland {phrasing.MISSING}."
    return (
        f"Beim BAMF waren Ende {month(row['national_month'])} in Deutschland "
        f"{counted(nation, PROCEDURES)} anhängig; auf {place.words.den_kreis} kommen im Register "
        f"{counted(pending, PERSONS)}, ein Verhältnis von {percent(pending / nation, 2)}. Das "
        "Register zählt Personen, das BAMF Verfahren: der Anteil ist ein ungefährer."
    )


def _part(amount: float | None, whole: float | None) -> float | None:
    return None if amount is None or not whole else amount / whole


def _countries_figure(rows: list[Row], place: Place, until: date) -> Figure:
    total = next((row for row in rows if row["origin_code"] == "total"), rows[-1])
    shown = [row for row in rows if row["origin_code"] != "total"]
    parts = [
        (
            phrasing.short_name(row["origin_label"]),
            _part(row["pending_persons"], total["pending_persons"]) or 0.0,
            _part(row["national_pending_count"], total["national_pending_count"]) or 0.0,
        )
        for row in shown
    ]

    def draw(drawing: Drawing) -> None:
        axes = drawing.subplots()
        for offset, which, name, colour in (
            (-0.19, 1, place.name, BLUE),
            (0.19, 2, "Deutschland", ORANGE),
        ):
            heights = [float(part[which]) for part in parts]
            axes.barh(
                [spot + offset for spot in range(len(parts))],
                heights,
                0.36,
                color=colour,
                label=name,
            )
            for spot, height in enumerate(heights):
                axes.annotate(
                    percent(height, 1),
                    (height, spot + offset),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    size=6.5,
                    color=ink(colour),
                )
        axes.set_yticks(range(len(parts)), [str(part[0]) for part in parts])
        axes.invert_yaxis()
        axes.set_xlabel("Anteil an allen anhängigen Verfahren")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        percent_axis(axes, "x")
        axes.margins(x=0.12)

    caption = f"Anhängige Verfahren nach Herkunftsland am {day(until)}, Anteile"
    told = "; ".join(f"{name} {percent(own, 1)} zu {percent(all_, 1)}" for name, own, all_ in parts)
    alt = f"Balkenpaare, {place.name} zu Deutschland: {told}."
    figures = origin(
        rows,
        f"Stichtag {day(until)}, Deutschland am Ende des Monats",
        ("azr/crosstable", *HKL),
        "Anteil an der jeweiligen Gesamtzahl (docs/methods_refugees.md, „County and nation“)",
        "pending_by_country",
    )
    return Figure(caption, charts.chart(2.8, caption, alt, draw), alt, None, (), figures)


def _pending_table(rows: list[Row], place: Place, until: date) -> Table:
    total = next((row for row in rows if row["origin_code"] == "total"), rows[-1])
    lines = tuple(
        Line(
            (
                row["origin_label"],
                value(row["pending_persons"]),
                phrasing.share(_part(row["pending_persons"], total["pending_persons"])),
                value(row["national_pending_count"]),
                phrasing.share(
                    _part(row["national_pending_count"], total["national_pending_count"])
                ),
            ),
            "total" if row["origin_code"] == "total" else "plain",
        )
        for row in rows
    )
    return Table(
        f"Anhängige Verfahren nach Herkunftsland am {day(until)}",
        (
            Column("Herkunftsland", numeric=False),
            Column(place.words.kreis),
            Column("Anteil"),
            Column("Deutschland"),
            Column("Anteil"),
        ),
        lines,
        (),
        origin(
            rows,
            f"Stichtag {day(until)}, Deutschland am Ende des Monats",
            ("azr/crosstable", *HKL),
            "das Register zählt Personen, das BAMF Verfahren "
            "(docs/methods_refugees.md, „County and nation“)",
            "pending_by_country",
        ),
    )
