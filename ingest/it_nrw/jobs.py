"""Tables too large for a direct answer: the service computes them as a job, and keeps the result.

A job's name is written down while it is computed (``jobs/`` under the home folder), so that a
visit that came too early is followed by one that asks for this very job and makes no second one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.http import Answer
from ingest.it_nrw.dimensions import NEW_LAYOUT
from ingest.it_nrw.genesis_status import NO_OBJECT, Status, raise_for_status
from ingest.it_nrw.rest import Service
from kreishaus.files import write_json_atomically
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import Patience
from kreishaus.wording import say, text_of

log = logging.getLogger(__name__)

REMOVE_RESULT = ("profile/removeresult", "profile/removeResult")
"""The manual spells it both ways."""
FORGOTTEN_AFTER = timedelta(hours=24)
"""A result that did not appear in a day will not: the question is asked anew."""
POLL_LENGTH = "100"


@dataclass(frozen=True)
class JobDesk:
    """Collects the jobs of one service. ``sleep`` and ``clock`` (s) are there to be replaced."""

    service: Service
    folder: Path
    patience: Patience
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def note(self, status: Status, form: Mapping[str, str], label: str) -> str:
        """The name of the job that ``status`` (99) says was made; written down.

        Raises ``SourceRefused`` when it names no job of the table asked for.
        """
        name = job_name(status.text, form["name"])
        if name is None:
            raise SourceRefused(
                say(
                    "{label}: {said}: expected the name of a job, such as {name}_175879554; "
                    "{new_layout}",
                    label=label,
                    said=status.said,
                    name=form["name"],
                    new_layout=NEW_LAYOUT,
                )
            )
        log.info("%s: the service computes it as job %s", label, name)
        made_at = datetime.now(UTC).isoformat()
        write_json_atomically(self._note_of(form), {"name": name, "made_at": made_at})
        return name

    def pending(self, form: Mapping[str, str]) -> str | None:
        """The job that an earlier visit had made for this very question; None if there is none."""
        try:
            noted = json.loads(self._note_of(form).read_text(encoding="utf-8"))
            age = datetime.now(UTC) - datetime.fromisoformat(noted["made_at"])
            return str(noted["name"]) if age < FORGOTTEN_AFTER else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # never made, or torn: the question is asked anew

    def collect(self, name: str, form: Mapping[str, str], label: str) -> Answer:
        """Wait for a job, fetch its result and remove it from the service.

        Raises ``SourceUnavailable`` naming the job when it is not ready in time; its name stays
        written down for the next visit.
        """
        self._await(name, label)
        question = {"name": name, "area": "all", "compress": "false", "format": form["format"]}
        reply = self.service.ask("data/resultfile", {**question, "language": "de"}, label)
        if isinstance(reply, Status):
            if reply.code != NO_OBJECT:
                raise_for_status(reply, f"{label}, result {name}", self.service.account)
            self._note_of(form).unlink(missing_ok=True)
            raise SourceUnavailable(
                say(
                    "{label}: result {name} was listed and then lost, {said}; the next visit "
                    "asks anew",
                    label=label,
                    name=name,
                    said=reply.said,
                )
            )
        self._note_of(form).unlink(missing_ok=True)
        self._remove(name, label)
        return reply

    def _await(self, name: str, label: str) -> None:
        until = self.clock() + self.patience.limit_minutes * 60
        while not self._is_ready(name, label):
            if self.clock() + self.patience.poll_seconds > until:
                raise SourceUnavailable(
                    say(
                        "{label}: job {name} was not ready after {limit_minutes:g} minutes; the "
                        "next visit looks for it by this name and makes no second one",
                        label=label,
                        name=name,
                        limit_minutes=self.patience.limit_minutes,
                    )
                )
            self.sleep(self.patience.poll_seconds)

    def _is_ready(self, name: str, label: str) -> bool:
        """Whether the catalogue lists exactly this result: older ones have similar names."""
        form = {"selection": name, "area": "all", "pagelength": POLL_LENGTH, "language": "de"}
        reply = self.service.ask("catalogue/results", form, label)
        if isinstance(reply, Answer):
            raise SourceUnavailable(
                say("{label}: catalogue/results: expected a list, found data", label=label)
            )
        if reply.code not in (0, NO_OBJECT):
            raise_for_status(reply, f"{label}, job {name}", self.service.account)
        return any(row.get("Code") == name for row in reply.rows("List"))

    def _remove(self, name: str, label: str) -> None:
        """Make room in the account. What is left over is a warning: the data are here."""
        said = ""
        for method in REMOVE_RESULT:
            try:
                form = {"name": name, "area": "all", "language": "de"}
                reply = self.service.ask(method, form, label)
            except SourceUnavailable as error:
                said = text_of(error)
                continue
            if isinstance(reply, Status) and reply.code == 0:
                return
            said = reply.said if isinstance(reply, Status) else "data"
        log.warning(
            "%s: result %s was fetched, but not removed from the account: %s. Remove it on the "
            "database's page if such results pile up",
            *(label, name, said),
        )

    def _note_of(self, form: Mapping[str, str]) -> Path:
        question = json.dumps([self.service.root, dict(form)], sort_keys=True)
        digest = hashlib.sha256(question.encode()).hexdigest()[:12]
        table_code = re.sub(r"[^\w-]", "_", form["name"])
        return self.folder / f"{table_code}_{digest}.json"


def job_name(text: str, table_code: str) -> str | None:
    """The name in "... mit folgendem Namen abgerufen werden: 12531-0043_175879554"."""
    match = re.search(rf"(?<![\w-]){re.escape(table_code)}_\d+(?![\w-])", text)
    return match[0] if match else None
