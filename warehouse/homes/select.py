"""The statement of a public mart that shows figures of homes, by the verdicts on each of them.

``meta.homes`` of a mart names what a row is about (``date``, ``offer_type``, ``members``; SQL
expressions), the rows that it speaks of (``where``), and says of each number what it is:

* ``measures``: column -> the measure that it sums, an expression in SQL; shown as its verdict is;
* ``derived``: column -> SQL over the columns of ``shown``: what everybody sees and nothing else;
  ``derived_next``: the same over ``shown`` with the derived columns;
* ``free``: column -> how a joint area has it (``sum``, ``every``: a sum if each member has one,
  ``max``, ``min``, ``list``, ``same``), for numbers that tell of no home; ``free_reason`` says why
  they do not. ``others_free`` says so of every column that is not named;
* ``left_out``: column -> why it is not shown at all;
* ``texts``: column of sentences -> SQL that words them anew over ``derived_next``, where a sentence
  repeats a figure: in public it repeats what is shown of it;
* ``helpers``: name -> measure: sums that derived columns need and nobody sees;
* ``joint: false``: there are no rows of joint areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.homes.joint import LEVEL
from warehouse.marts import Column, Mart

VALUES = "temp.main.home_values"
"""Verdicts: key of the row, measure, state, value, estimate, sum of all contributions."""
AREAS = "temp.main.home_joint_areas"
"""Joint areas: year, scope, key, name, all members, their number, and one of them."""

TOGETHER = "several municipalities together: each alone would tell of single homes"
ADDED = {
    "banded": Column(
        description="Columns whose figure lies in a band, none or all included, with the band. "
        "Null where there is none.",
        data_type="varchar",
        meta={"label_de": "nur als Spanne ausgewiesen"},
    ),
    "withheld": Column(
        description="Columns whose figure is not shown, for it would tell of single homes. "
        "Null where there is none.",
        data_type="varchar",
        meta={"label_de": "nicht ausgewiesen"},
    ),
}
MADE = ("derived", "derived_next", "left_out")
FIGURE = r"(^|[\s(])\d+([.,]\d+)?%? \p{L}"
"""A number that counts something, in a sentence: "3 residents without a care grade"."""
BANDS = {"below": "unter 5", "nearly_all": "alle bis auf weniger als 5"}


def rule_of(mart: Mart) -> Mapping[str, Any]:
    """What the mart's yml says of its homes; empty where it has no such rule."""
    rule: Mapping[str, Any] = mart.meta.get("homes") or {}
    return rule


def uncovered(mart: Mart, held: Sequence[str], names: tuple[str, ...]) -> list[str]:
    """Columns of which a rule is asked and nobody has said what they are."""
    rule = rule_of(mart)
    if rule.get("others_free"):
        return []
    known = {*mart.key, *_says(rule, *MADE, "measures")}
    known |= {*rule.get("free", {})} if rule.get("free_reason") else set()
    return [
        name
        for name in held
        if name not in known and not mart.columns[name].data_type.startswith(names)
    ]


def _says(rule: Mapping[str, Any], *kinds: str) -> set[str]:
    return {name for kind in kinds for name in rule.get(kind, {})}


def measured(mart: Mart, held: Sequence[str]) -> dict[str, str]:
    """Columns that hold sums, with the SQL that names their measure; hidden helpers included."""
    rule = rule_of(mart)
    found = {name: sql for name, sql in rule.get("measures", {}).items() if name in held}
    return {**found, **rule.get("helpers", {})}


def keyed(mart: Mart, source: str) -> str:
    """Rows of ``source`` that the rule is about, with the key that verdicts are asked by."""
    rule = rule_of(mart)
    return f"""select *,
        cast({rule["date"]} as date) as home_day,
        cast({rule.get("area_date") or rule["date"]} as date) as home_area_day,
        cast({rule.get("offer_type") or "''"} as varchar) as home_scope,
        cast({rule.get("members") or "null"} as varchar) as home_members
        from {source} where {rule.get("where", "true")}"""


def statement(mart: Mart, held: Sequence[str]) -> str:
    """Common table expressions from ``exact`` to ``shown_homes``."""
    rule = rule_of(mart)
    parts = [
        f"exact_homes as ({keyed(mart, 'exact')})",
        f"with_joint as (select * from exact_homes {_joint(mart, held)})",
        f"shown as ({_valued(mart, held)})",
        f"derived as ({_derived(mart, held, 'derived', 'shown')})",
        f"derived_next as ({_derived(mart, held, 'derived_next', 'derived')})",
        f"worded as ({_derived(mart, held, 'texts', 'derived_next')})",
    ]
    chosen = ", ".join(f'"{name}"' for name in held)
    other = f"select {chosen}, null, null from exact where not ({rule.get('where', 'true')})"
    parts.append(
        f"shown_homes as (select {chosen}, banded, withheld from worded union all {other})"
    )
    return ", ".join(parts)


def _joint(mart: Mart, held: Sequence[str]) -> str:
    if rule_of(mart).get("joint") is False:
        return ""
    region = {
        "region_level": f"'{LEVEL}'",
        "region_code": "areas.area_code",
        "region_name": "max(areas.area_name)",
    }
    keys = [name for name in mart.key if name not in region and not _is_list(mart, name)]
    chosen = []
    for name in held:
        if name in region:
            chosen.append(f'{region[name]} as "{name}"')
        elif name in keys:
            chosen.append(f'homes."{name}"')
        else:
            chosen.append(f'{_together(mart, name)} as "{name}"')
    by = ", ".join(f'homes."{name}"' for name in keys)
    return f"""union all by name
        select {", ".join(chosen)}, homes.home_day, homes.home_area_day, homes.home_scope,
            max(areas.members) as home_members
        from exact_homes as homes
        inner join {AREAS} as areas
            on homes.region_level = 'Gemeinde' and homes.region_code = areas.municipality_code
            and homes.home_scope = areas.scope and year(homes.home_day) = areas.year
        group by {by}, areas.area_code, homes.home_day, homes.home_area_day, homes.home_scope
        having count(*) = max(areas.members_count)"""


def _is_list(mart: Mart, name: str) -> bool:
    return bool(rule_of(mart).get("free", {}).get(name) == "list")


def _together(mart: Mart, name: str) -> str:
    column = f'homes."{name}"'
    how = rule_of(mart).get("free", {}).get(name, "same")
    if how == "list":
        return f"string_agg({column}, ', ' order by {column})"
    kind = mart.columns[name].data_type
    if how == "every":
        return f"cast(case when count({column}) = count(*) then sum({column}) end as {kind})"
    if how in ("sum", "max", "min"):
        return f"cast({how}({column}) as {kind})"
    if name == "caveat":
        return f"""'{TOGETHER}' || coalesce('; ' || case when count(distinct {column}) = 1
            and count({column}) = count(*) then max({column}) end, '')"""
    return f"case when min({column}) = max({column}) then max({column}) end"


def _valued(mart: Mart, held: Sequence[str]) -> str:
    """Each sum as its verdict has it; derived numbers and those left out are not there yet."""
    columns = measured(mart, held)
    numbers, states, joins = [], [], []
    for position, (name, measure) in enumerate(columns.items()):
        verdict = f"verdict_{position}"
        joins.append(f"left join {VALUES} as {verdict} on {_of_row(verdict, measure)}")
        if name not in held:
            numbers.append(f'{verdict}.value as "{name}", {verdict}.estimate as "{name}_estimate"')
            continue
        kind = mart.columns[name].data_type
        empty = rule_of(mart).get("empty", "null")
        numbers.append(
            f"cast(case when {verdict}.state = 'empty' then {empty} else {verdict}.value end "
            f'as {kind}) as "{name}"'
        )
        states.append(
            (
                name,
                f"case when {measure} is null then 'empty' "
                f"else coalesce({verdict}.state, 'withheld') end",
            )
        )
    plain = ", ".join(
        f'homes."{name}"' for name in held if name not in columns and not _is_made(mart, name)
    )
    made = ", ".join(
        f'cast(null as {mart.columns[name].data_type}) as "{name}"'
        for name in held
        if _is_made(mart, name)
    )
    bands = [
        f"case when {state} = '{code}' then '{name}: {words}' end"
        for name, state in states
        for code, words in BANDS.items()
    ]
    withheld = [f"case when {state} = 'withheld' then '{name}' end" for name, state in states]
    chosen = ", ".join(part for part in (plain, ", ".join(numbers), made) if part)
    return f"""select {chosen},
        nullif(concat_ws('; ', {", ".join(["cast(null as varchar)", *bands])}), '') as banded,
        nullif(concat_ws('; ', {", ".join(["cast(null as varchar)", *withheld])}), '') as withheld
        from with_joint as homes {" ".join(joins)}"""


def _of_row(verdict: str, measure: str) -> str:
    """The condition that a verdict is that on a measure of a row of ``homes``."""
    return f"""{verdict}.measure = {measure} and {verdict}.day = homes.home_day
        and {verdict}.scope = homes.home_scope and {verdict}.area_day = homes.home_area_day
        and {verdict}.region_level = homes.region_level
        and {verdict}.region_code = homes.region_code
        and {verdict}.members is not distinct from homes.home_members"""


def _is_made(mart: Mart, name: str) -> bool:
    return name in _says(rule_of(mart), *MADE)


def _derived(mart: Mart, held: Sequence[str], kind: str, source: str) -> str:
    made = [
        f'cast({sql} as {mart.columns[name].data_type}) as "{name}"'
        for name, sql in rule_of(mart).get(kind, {}).items()
        if name in held
    ]
    chosen = f"* replace ({', '.join(made)})" if made else "*"
    return f"select {chosen} from {source}"


def asked(mart: Mart, held: Sequence[str], exact: str) -> str:
    """A statement that lists what a verdict is needed on: measure and key of each row."""
    parts = f"""with exact as (select * from {exact}),
        exact_homes as ({keyed(mart, "exact")}),
        homes as (select * from exact_homes {_joint(mart, held)})"""
    keys = "home_day, home_scope, home_area_day, region_level, region_code, home_members"
    selects = [
        f"select distinct {measure} as measure, {keys} from homes"
        for measure in dict.fromkeys(measured(mart, held).values())
    ]
    nothing = f"select '' as measure, {keys} from homes where false"
    return f"{parts} {' union '.join(selects or [nothing])}"


def check(mart: Mart, held: Sequence[str], exact: str) -> str:
    """A statement that finds a row of the exact mart that its declared measures do not make."""
    tests = []
    for name, measure in measured(mart, held).items():
        if name not in held:
            continue
        tests.append(f"""select '{name}' as wrong, homes."{name}" as found, verdict.sum_of_all
            from homes inner join {VALUES} as verdict on {_of_row("verdict", measure)}
            where abs(coalesce(homes."{name}", 0) - coalesce(verdict.sum_of_all, 0)) > 1e-6""")
    nothing = "select '', 0, 0 where false"
    return f"with homes as ({keyed(mart, exact)}) {' union all '.join(tests or [nothing])} limit 1"


def figures_in_text(mart: Mart, held: Sequence[str], exact: str) -> str:
    """A statement that finds a sentence with a figure in a column that no rule words anew.

    A figure is a number before a word: neither a date nor a key nor a file's name.
    """
    rule = rule_of(mart)
    named = {*mart.key, *_says(rule, "texts"), *(held if rule.get("others_free") else ())}
    sentences = [
        f"select '{name}', \"{name}\" from homes where regexp_matches(\"{name}\", '{FIGURE}')"
        for name in held
        if name not in named and mart.columns[name].data_type == "varchar"
    ]
    nothing = "select '', '' where false"
    found = " union all ".join(sentences or [nothing])
    return f"with homes as ({keyed(mart, exact)}) {found} limit 1"
