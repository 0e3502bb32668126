"""``kreishaus check-night``: an alarm that does not depend on Airflow's scheduler."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from kreishaus.folder_formats import WrongFormat, known
from kreishaus.local_time import HERE
from kreishaus.settings import Settings, read_settings
from kreishaus.wording import say
from operations.cli_options import LangOption, console, errors, teller

app = typer.Typer()
NO_VERSION = 1
CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""What the clocks of two machines may differ by. A version of later than that proves no night."""


@app.command("check-night", epilog="Example: [bold]kreishaus check-night[/bold]")
def check_night(
    now: Annotated[
        datetime | None,
        typer.Option(help="Judge as if it were this moment (German time).", hidden=True),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Whether readers have got a version since midnight; if not, tell those named for alerts.

    For cron or a systemd timer at 06:30: it needs no process of Airflow. Exit status: 0 there is a
    version of this night, 1 there is none (also when nobody could be told).
    """
    from operations.alert_channels import anybody, send
    from pipeline.alerts import QUIET_AFTER_RED, AlertLog, no_version

    moment = now.replace(tzinfo=HERE) if now else datetime.now(HERE)
    midnight = datetime.combine(moment.date(), time(), HERE)
    settings = read_settings()
    tell = teller(settings, lang)
    newest, made = newest_version(settings)
    if made and made > moment + CLOCKS_DIFFER_BY:
        newest = say(
            "{newest} That is to come: a clock is or was wrong, and this is no new version.",
            newest=newest,
        )
        made = None
    if made and made >= midnight:
        console.print(tell(newest), soft_wrap=True)
        return
    message = no_version(settings, midnight, newest)
    errors.print(tell(message.brief), soft_wrap=True)
    alert_log = AlertLog(settings)
    if not anybody(settings):
        errors.print(
            tell(say("Nobody is named for alerts: [alerts] in county.toml")), soft_wrap=True
        )
    elif alert_log.within(QUIET_AFTER_RED, message.subject, moment):
        errors.print(tell(say("This was told already.")), soft_wrap=True)
    elif send(message, settings):
        alert_log.note(message.subject, moment)
    else:
        errors.print(tell(say("Nobody could be told: kreishaus status says why")), soft_wrap=True)
    raise typer.Exit(NO_VERSION)


def newest_version(settings: Settings) -> tuple[str, datetime | None]:
    """The version that readers have, in a sentence, and when it was made; None without one."""
    from warehouse import versions

    try:
        version = versions.current(known(settings))
        made = versions.made_at(version)
    except (versions.NothingPublished, WrongFormat, OSError) as fault:
        return say("Which version readers have cannot be read: {fault}", fault=fault), None
    said = say(
        "Readers have the version {version} of {made:%d.%m.%Y %H:%M}.",
        version=version.name,
        made=made.astimezone(HERE),
    )
    return said, made
