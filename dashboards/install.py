"""Brings the dashboards, roles and first users into Superset. Runs in Superset's own environment.

    python -m dashboards.install [--users FILE] [--definitions FOLDER]

Running it again changes what is there to what the files say, and takes away what they no longer
say. It needs a metadata database that ``superset db upgrade`` and ``superset init`` have prepared.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from flask_appbuilder.security.sqla.models import User
from superset.app import create_app

from dashboards.bundle import DATABASES, identifier, make_bundle
from dashboards.contracts import Audience, Mart, read_marts
from dashboards.definitions import DEFINITIONS, Definitions, read_definitions
from dashboards.place import database_url, setting

AUDIENCES: tuple[Audience, ...] = ("public", "internal")
KEEPER = "kreishaus"  # who owns what is imported; nobody logs in by this name


class InstallError(Exception):
    """Superset does not hold what the files say; the message says why."""


def serving_urls() -> dict[Audience, str]:
    """The addresses of the serving database, one login for each audience."""
    return {
        "public": database_url("KREISHAUS_SERVING_URL_PUBLIC"),
        "internal": database_url("KREISHAUS_SERVING_URL_INTERNAL"),
    }


def install(users: Mapping[str, Mapping[str, str]], folder: Path = DEFINITIONS) -> list[str]:
    """Import everything. Returns what was done, a line each. Raises ``InstallError``."""
    from superset.extensions import db
    from superset.utils.core import override_user

    definitions = read_definitions(folder)
    marts = {audience: read_marts(audience) for audience in AUDIENCES}
    bundle = make_bundle(definitions, marts, serving_urls())
    with override_user(_keeper()):
        _import(bundle)
        _refresh_datasets(definitions, marts)
        removed = _remove_obsolete(bundle)
    roles = _make_roles(folder)
    _open_dashboards(definitions)
    _let_everybody_read_the_login_page()
    _make_first_admin()
    for name, given in users.items():
        _make_user(name, given["password"], given["role"])
    db.session.commit()
    kinds = ("datasets", "charts", "dashboards")
    counted = [f"{sum(path.startswith(kind) for path in bundle)} {kind}" for kind in kinds]
    return [*counted, f"{len(roles)} roles", f"{len(users)} users", f"{removed} removed"]


def _keeper() -> User:
    from superset import security_manager

    if security_manager.find_user(username=KEEPER) is None:
        security_manager.add_user(
            username=KEEPER,
            first_name="Kreishaus",
            last_name="Import",
            email="import@kreishaus.invalid",
            role=security_manager.find_role("Admin"),
            password=secrets.token_urlsafe(32),
        )
    return security_manager.find_user(username=KEEPER)


def _import(bundle: Mapping[str, str]) -> None:
    from superset.commands.exceptions import CommandException
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    try:
        ImportAssetsCommand(dict(bundle)).run()
    except CommandException as error:
        raise InstallError(f"Superset refuses what was made of the files: {_told(error)}") from (
            error
        )


def _told(error: Exception) -> str:
    """What Superset objects to: it keeps reasons apart from the error, or behind it."""
    reasons = error.normalized_messages() if hasattr(error, "normalized_messages") else error
    return f"{reasons} ({error.__cause__!r})" if error.__cause__ else str(reasons)


def _refresh_datasets(
    definitions: Definitions, marts: Mapping[Audience, Mapping[str, Mart]]
) -> None:
    """Columns and types from the serving database, German names from the marts."""
    from superset.connectors.sqla.models import SqlaTable
    from superset.extensions import db

    problems = []
    for audience in AUDIENCES:
        for dataset in definitions.datasets.values():
            uuid = identifier("dataset", audience, dataset.name)
            table = db.session.query(SqlaTable).filter_by(uuid=uuid).one_or_none()
            if table is None:
                continue
            try:
                table.fetch_metadata()
            except Exception as error:  # noqa: BLE001 - the driver's, Superset's or SQLAlchemy's
                charts = "; ".join(_charts_on(dataset.name, audience, definitions))
                problems.append(
                    f'dataset "{dataset.name}" ({audience}), on which stand the charts {charts}: '
                    f"{_first_line(error)}"
                )
                continue
            for column in table.columns:
                name = column.column_name
                column.verbose_name = dataset.label(name, marts[audience])
                column.description = dataset.description(name, marts[audience])
                column.is_dttm = column.is_temporal
            table.main_dttm_col = dataset.main_date
    if problems:
        raise InstallError("\n".join(problems))


def _charts_on(dataset: str, audience: Audience, definitions: Definitions) -> Iterator[str]:
    """The charts that show nothing when this dataset fails, by dashboard."""
    for dashboard in definitions.dashboards.values():
        charts = dashboard.shown(audience).charts.values()
        names = [chart.name for chart in charts if chart.dataset == dataset]
        if names and audience in dashboard.audiences:
            yield f"{dashboard.name}: {', '.join(names)}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _remove_obsolete(bundle: Mapping[str, str]) -> int:
    """Take away what an earlier import brought and the files no longer say."""
    from superset import security_manager
    from superset.connectors.sqla.models import SqlaTable
    from superset.extensions import db
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    keeper = security_manager.find_user(username=KEEPER)
    wanted = {yaml.safe_load(text).get("uuid") for text in bundle.values()}
    removed = 0
    for kind in (Dashboard, Slice, SqlaTable):
        for thing in db.session.query(kind).filter_by(created_by_fk=keeper.id).all():
            if str(thing.uuid) not in wanted:
                db.session.delete(thing)
                removed += 1
    return removed


def _make_roles(folder: Path) -> list[str]:
    """The county's roles; permissions are set anew each time, so that a file tells them all."""
    from superset import security_manager
    from superset.extensions import db
    from superset.models.core import Database

    given: dict[str, dict[str, Any]] = yaml.safe_load(
        (folder / "roles.yaml").read_text(encoding="utf-8")
    )
    for name, content in given.items():
        permissions = {
            permission
            for template in content["like"]
            for permission in security_manager.find_role(template).permissions
        }
        for audience in content["databases"]:
            database = db.session.query(Database).filter_by(database_name=DATABASES[audience]).one()
            permissions.add(
                security_manager.add_permission_view_menu("database_access", database.perm)
            )
        role = security_manager.find_role(name) or security_manager.add_role(name)
        role.permissions = sorted(permissions, key=lambda permission: permission.id)
    return list(given)


def _open_dashboards(definitions: Definitions) -> None:
    """Each dashboard to the roles that it names, and to nobody else."""
    from superset import security_manager
    from superset.extensions import db
    from superset.models.dashboard import Dashboard

    for dashboard in definitions.dashboards.values():
        for audience, names in dashboard.roles.items():
            uuid = identifier("dashboard", audience, dashboard.name)
            page = db.session.query(Dashboard).filter_by(uuid=uuid).one()
            page.roles = [security_manager.find_role(name) for name in names]
            if None in page.roles:
                raise InstallError(
                    f'the dashboard "{dashboard.name}" names a role that roles.yaml does not: '
                    f"{', '.join(names)}"
                )


def _let_everybody_read_the_login_page() -> None:
    """Its German words are asked for before anybody is logged in."""
    from superset import security_manager

    words = security_manager.add_permission_view_menu("can_language_pack", "Superset")
    security_manager.add_permission_role(security_manager.find_role("Public"), words)


def _make_first_admin() -> None:
    """The user ``admin`` where there is none yet, if the place gives a password for it."""
    from superset import security_manager

    password = setting("KREISHAUS_DASHBOARDS_ADMIN_PASSWORD", "")
    if password and security_manager.find_user(username="admin") is None:
        _make_user("admin", password, "Admin")


def _make_user(name: str, password: str, role: str) -> None:
    """A user with this password and this role; an existing one gets both anew."""
    from superset import security_manager

    user = security_manager.find_user(username=name)
    wanted = security_manager.find_role(role)
    if wanted is None:
        raise InstallError(f'there is no role "{role}" for the user "{name}"')
    if user is None:
        made = security_manager.add_user(
            username=name,
            first_name=name.capitalize(),
            last_name="Kreishaus",
            email=f"{name}@kreishaus.invalid",
            role=wanted,
            password=password,
        )
        if not made:
            raise InstallError(f'the user "{name}" could not be made')
        return
    user.roles = [wanted]
    security_manager.reset_password(user.id, password)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--users",
        type=Path,
        help='JSON: {"name": {"password": "...", "role": "..."}}; by default nobody is made',
    )
    parser.add_argument("--definitions", type=Path, default=DEFINITIONS)
    arguments = parser.parse_args()
    users = json.loads(arguments.users.read_text(encoding="utf-8")) if arguments.users else {}
    with create_app().app_context():
        try:
            done = install(users, arguments.definitions)
        except InstallError as error:
            print(f"The dashboards are not installed:\n{error}", file=sys.stderr)
            return 1
    print("dashboards installed: " + ", ".join(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
