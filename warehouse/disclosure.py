"""Disclosure control: what of a mart everybody may see, by the rules that its yml declares.

Sources say whom they protect (``protects`` in their meta): ``persons`` of the register of
foreigners, ``homes`` that tell the authority of their occupancy and staff. Whatever is made from
them needs rules, and is not published without:

* persons, each number of a column: ``disclosure: azr_count`` is rounded by itself to multiples of
  five, always in the same way; ``azr_derived`` is computed anew from the rounded counts by
  ``public_sql``, or left out where it has none; ``none`` passes with a ``disclosure_reason``.
  ``persons_reason`` says why a mart as a whole needs no such marks.
* homes, of the whole mart: ``homes`` says of each number which contributions of homes it sums, or
  how it is made of those that do; ``warehouse.homes`` decides which of them are shown.
  ``homes_reason`` says why a mart needs no such rule.

``public_where`` selects the rows that may be seen; ``public_from_marts`` runs the mart's own
statement on the public marts in place of the exact ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warehouse.homes import select
from warehouse.marts import Column, Mart

ROUNDED_TO = 5
"""Rounding each cell and each total by itself to 5 let none of the small cells of a real cross
table be recovered; hiding those below 5 and complementary ones let a third of them be."""

COUNT, DERIVED, NONE = "azr_count", "azr_derived", "none"
PERSONS, HOMES = "persons", "homes"
NAMES = ("varchar", "date", "timestamp")
TOLD_OF = (*NAMES, "boolean")
"""Types of columns that say what a number is about. Of all others a rule is asked for."""

ROUNDED_TO_COLUMN = Column(
    description="Multiple that each count of persons is rounded to by itself; "
    "differences and shares are those of rounded counts.",
    data_type="integer",
    meta={"label_de": "gerundet auf Vielfache von"},
)


class NotCovered(Exception):
    """No rule says how a mart, or a column of it, may be shown to everybody."""


def is_public(mart: Mart) -> bool:
    """Whether a mart is for everybody. Raises ``NotCovered`` when nobody has said so."""
    audience = mart.meta.get("audience")
    if audience not in ("public", "internal"):
        raise NotCovered(
            f"{mart.name}: meta.audience is {audience!r}, must be public or internal. "
            "Say in the mart's yml who may read it."
        )
    return bool(audience == "public")


def columns_shown(mart: Mart) -> Mapping[str, Column]:
    """The columns of the public mart, in order, with the one that names the rounding."""
    shown = {name: column for name, column in mart.columns.items() if not _left_out(column)}
    if _is_rounded(mart):
        return {**shown, "rounded_to": ROUNDED_TO_COLUMN}
    return {**shown, **select.ADDED} if shows_homes(mart) else shown


def shows_all(mart: Mart) -> bool:
    """Whether everybody may see the exact mart: nothing in it is protected, no row left out."""
    ruled = ("homes", "public_where", "public_from_marts")
    return not _is_rounded(mart) and not any(mart.meta.get(rule) for rule in ruled)


def looked_up(mart: Mart) -> tuple[str, ...]:
    """The public marts that the rules of a mart look into: they must be made before it."""
    return tuple(mart.meta.get("public_after", ()))


def shows_homes(mart: Mart) -> bool:
    """Whether the mart holds figures of homes, each of which the rule for homes decides on."""
    return HOMES in mart.protects and bool(select.rule_of(mart))


def public_select(mart: Mart, exact: str, held: Sequence[str], made: Mapping[str, Mart]) -> str:
    """The statement that selects what everybody may see of a mart, run in the schema ``public``.

    ``exact`` is the relation with its exact rows and ``held`` the names of their columns;
    ``made`` are the public marts made before this one, by name. Where the mart shows figures of
    homes, the verdicts on its rows must lie beside it (``warehouse.homes.tables``).

    Raises ``NotCovered``, naming the column and the rule that is missing.
    """
    _insist_on_rules(mart, held)
    if missing := [name for name in looked_up(mart) if name not in made]:
        raise NotCovered(f"{mart.name}: its rule looks into {missing}, which nobody may see today")
    if mart.meta.get("public_from_marts"):
        return _from_marts(mart, made)
    parts = [f"exact as (select * from {exact} as exact_rows {_where(mart)})"]
    source = "exact"
    if shows_homes(mart):
        parts.append(select.statement(mart, held))
        source = "shown_homes"
    if not _is_rounded(mart):
        return f"with {', '.join(parts)} select * from {source}"
    rounded = ", ".join(f"{_rounded(name)} as {name}" for name in held if _is_count(mart, name))
    parts.append(f"rounded as (select * replace ({rounded}) from {source})")
    chosen = ", ".join(
        _shown(name, mart.columns[name]) for name in held if name in columns_shown(mart)
    )
    return f"with {', '.join(parts)} select {chosen}, {ROUNDED_TO} as rounded_to from rounded"


def _insist_on_rules(mart: Mart, held: Sequence[str]) -> None:
    for name in held:
        if name not in mart.columns:
            raise NotCovered(f"{mart.name}.{name}: not described in the mart's yml")
    if mart.meta.get("public_from_marts"):
        return
    if PERSONS in mart.protects and not mart.meta.get("persons_reason"):
        for name in held:
            _insist_on_mark(mart, name)
    if HOMES in mart.protects and not (mart.meta.get("homes") or mart.meta.get("homes_reason")):
        raise NotCovered(
            f"{mart.name}: made from what homes tell the authority of occupancy or staff. Give it "
            "meta.homes (which measures it sums), or meta.homes_reason why it shows no single home."
        )
    if shows_homes(mart) and (missing := select.uncovered(mart, held, TOLD_OF)):
        raise NotCovered(
            f"{mart.name}: meta.homes does not say what {', '.join(missing)} sums. Name it among "
            "its measures, derived, free (with a free_reason) or left_out."
        )


def _insist_on_mark(mart: Mart, name: str) -> None:
    column = mart.columns[name]
    mark = column.meta.get("disclosure")
    if mark is None and column.data_type.startswith(TOLD_OF) and "[" not in column.data_type:
        return
    if mark in (COUNT, DERIVED) or (mark == NONE and column.meta.get("disclosure_reason")):
        return
    raise NotCovered(
        f"{mart.name}.{name}: made from the register of foreigners, and meta.disclosure is "
        f"{mark!r}. Say {COUNT}, {DERIVED}, or {NONE} with a disclosure_reason."
    )


def _where(mart: Mart) -> str:
    condition = mart.meta.get("public_where")
    return f"where {condition}" if condition else ""


def _from_marts(mart: Mart, made: Mapping[str, Mart]) -> str:
    missing = [name for name in mart.parents if name not in made]
    if missing or not mart.compiled_sql:
        raise NotCovered(
            f"{mart.name}: public_from_marts runs its own statement on public marts; "
            f"{', '.join(missing) or 'the statement'} is not there."
        )
    statement = mart.compiled_sql
    for name in mart.parents:
        statement = statement.replace(made[name].relation, f'public."{name}"')
    return statement


def _is_rounded(mart: Mart) -> bool:
    marks = {column.meta.get("disclosure") for column in mart.columns.values()}
    return PERSONS in mart.protects and bool(marks & {COUNT, DERIVED})


def _is_count(mart: Mart, name: str) -> bool:
    return mart.columns[name].meta.get("disclosure") == COUNT


def _left_out(column: Column) -> bool:
    return column.meta.get("disclosure") == DERIVED and not column.meta.get("public_sql")


def _rounded(name: str) -> str:
    return f"cast({ROUNDED_TO} * round({name} / {ROUNDED_TO}.0) as bigint)"


def _shown(name: str, column: Column) -> str:
    if column.meta.get("disclosure") != DERIVED:
        return name
    return f"cast({column.meta['public_sql']} as {column.data_type}) as {name}"
