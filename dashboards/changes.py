"""What somebody changed in Superset since the import, in the form of the files.

    python -m dashboards.changes

Prints YAML: under each dashboard the charts whose title, description, kind or parameters differ,
with the new values, to be put into ``definitions/dashboards/<name>.yaml``. A parameter that was
taken away is null. Charts that no file has are printed whole, under the dashboard that shows them.
Runs in Superset's own environment; changes nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import yaml
from superset.app import create_app

from dashboards.bundle import TITLE_SUFFIX, make_bundle
from dashboards.contracts import Audience, read_marts
from dashboards.definitions import METRIC_PARAMETERS, Definitions, read_definitions

if TYPE_CHECKING:
    from superset.models.slice import Slice

AUDIENCES: tuple[Audience, ...] = ("public", "internal")
# What Superset writes beside what was asked for: identifiers, and where it was last seen.
SUPERSETS_OWN = (
    "annotation_layers",
    "dashboards",
    "datasource",
    "extra_form_data",
    "slice_id",
    "url_params",
)


def changes(definitions: Definitions) -> dict[str, dict[str, Any]]:
    """Dashboard -> chart -> what differs from the files."""
    from superset.extensions import db
    from superset.models.dashboard import Dashboard

    marts = {audience: read_marts(audience) for audience in AUDIENCES}
    nowhere: dict[Audience, str] = dict.fromkeys(AUDIENCES, "")
    bundle = make_bundle(definitions, marts, nowhere)
    written = _by_uuid(bundle)
    found: dict[str, dict[str, Any]] = {}
    for page in db.session.query(Dashboard).all():
        uuid = str(page.uuid)
        if uuid not in written:
            continue
        audience, name = written[uuid][0].split("/")[1:3]
        for chart in page.slices:
            key, differing = _difference(chart, audience, written)
            if differing:
                charts = found.setdefault(name.removesuffix(".yaml"), {}).setdefault("charts", {})
                charts.setdefault(key, {}).update(differing)
    return found


def _by_uuid(bundle: Mapping[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    read = ((path, yaml.safe_load(text)) for path, text in bundle.items())
    return {content["uuid"]: (path, content) for path, content in read if "uuid" in content}


def _difference(
    chart: Slice, audience: str, written: Mapping[str, tuple[str, dict[str, Any]]]
) -> tuple[str, dict[str, Any]]:
    parameters = {
        key: value
        for key, value in json.loads(chart.params or "{}").items()
        if key not in SUPERSETS_OWN
    }
    suffix = TITLE_SUFFIX["internal" if audience == "internal" else "public"]
    now = {
        "title": chart.slice_name.removesuffix(suffix),
        "description": chart.description,
        "kind": chart.viz_type,
        **parameters,
    }
    if str(chart.uuid) not in written:
        return chart.slice_name, _as_written(now)
    path, content = written[str(chart.uuid)]
    then = {
        "title": content["slice_name"].removesuffix(suffix),
        "description": content["description"],
        "kind": content["viz_type"],
        **content["params"],
    }
    differing = {
        key: now.get(key) for key in {**then, **now} if now.get(key) != then.get(key)
    }  # an order as in the files, then what is new
    return path.split("/")[-1].removesuffix(".yaml"), _as_written(differing)


def _as_written(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Metrics as the files write them."""
    return {
        key: _metrics(value) if key in METRIC_PARAMETERS else value
        for key, value in parameters.items()
        if key != "viz_type"
    }


def _metrics(value: object) -> object:
    if isinstance(value, list):
        return [_metrics(one) for one in value]
    if isinstance(value, dict):
        sql = value.get("sqlExpression") or (
            f"{str(value['aggregate']).lower()}({value['column']['column_name']})"
        )
        return f"{sql} as {value['label']}"
    return value


def main() -> int:
    """Print the differences; nothing where there are none."""
    with redirect_stdout(sys.stderr):  # what Superset says while it starts
        app = create_app()
    with app.app_context():
        found = changes(read_definitions())
    if found:
        yaml.safe_dump(found, sys.stdout, allow_unicode=True, sort_keys=False, width=100)
    return 0


if __name__ == "__main__":
    sys.exit(main())
