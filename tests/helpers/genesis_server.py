"""A GENESIS database on this machine that answers as the real ones do, faults included.

Whatever happens it says HTTP 200. Its accounts count in headers only; what is too large becomes a
job; a result appears in the catalogue after some polls, beside older ones of similar names.
"""

import io
import json
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from servers import Visit, serving

REST = "/rest/2020/"
JOB_TEXT = (
    "Der Bearbeitungsauftrag wurde erstellt. Die Tabelle kann in Kürze als Ergebnis mit "
    "folgendem Namen abgerufen werden: {}"
)
NO_OBJECT = "Es gibt keine Objekte zum angegebenen Selektionskriterium"
ADJUSTED = "Mindestens ein Parameter enthält ungültige Werte. Er wurde angepasst"
MAINTENANCE = b"\n<!DOCTYPE html><html><title>Wartungsarbeiten</title></html>"

Reply = Callable[[Visit, Mapping[str, str]], None]


@dataclass(frozen=True)
class Asked:
    """One posted question."""

    path: str
    method: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Genesis:
    """The databases behind one address.

    ``tables``: code -> the bytes of ``data/tablefile``. ``downloads``: end of a path -> reply.
    ``replies``: method -> what it answers first, before it answers properly. ``too_large`` are
    codes that need a job, ready after ``polls`` polls (None: never). ``titles``: code -> title.
    """

    username: str = "DE0815K"
    password: str = "streng-geheim"
    tables: dict[str, bytes] = field(default_factory=dict)
    downloads: dict[str, Reply] = field(default_factory=dict)
    replies: dict[str, deque[Reply]] = field(default_factory=dict)
    too_large: set[str] = field(default_factory=set)
    polls: int | None = 0
    job_text: str = JOB_TEXT
    results: dict[str, bytes] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    url: str = ""

    def first(self, method: str, *replies: Reply) -> None:
        """Answer the next questions to ``method`` like this."""
        self.replies.setdefault(method, deque()).extend(replies)

    def questions(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]

    def play(self, visit: Visit) -> None:
        if visit.command == "GET":
            for end, reply in self.downloads.items():
                if visit.path.endswith(end):
                    return reply(visit, {})
            return visit.answer(404, b"not found")
        form = dict(parse_qsl(visit.body.decode(), keep_blank_values=True))
        method = visit.path.partition(REST)[2]
        self.asked.append(Asked(visit.path, method, form, dict(visit.headers)))
        if waiting := self.replies.get(method):
            return waiting.popleft()(visit, form)
        if method == "helloworld/logincheck":
            return self._logincheck(visit, form)
        if not self._knows(visit):
            return status(15, "Sie sind nicht berechtigt, die Methode aufzurufen.")(visit, form)
        methods: dict[str, Reply] = {
            "data/tablefile": self._tablefile,
            "catalogue/results": self._catalogue,
            "data/resultfile": self._resultfile,
            "profile/removeresult": self._remove,
            "find/find": self._find,
        }
        return methods.get(method, lambda visit, _: visit.answer(404))(visit, form)

    def _knows(self, visit: Visit) -> bool:
        given = (visit.headers.get("username"), visit.headers.get("password"))
        return given == (self.username, self.password)

    def _logincheck(self, visit: Visit, form: Mapping[str, str]) -> None:
        text = "Ein Fehler ist aufgetreten. Bitte überprüfen Sie Ihren Benutzernamen."
        if self._knows(visit):
            text = "Sie wurden erfolgreich an- und abgemeldet!"
        json_reply({"Status": text, "Username": visit.headers.get("username")})(visit, form)

    def _tablefile(self, visit: Visit, form: Mapping[str, str]) -> None:
        code = form["name"]
        if code not in self.tables:
            return status(104, NO_OBJECT)(visit, form)
        if code not in self.too_large:
            return data(self.tables[code])(visit, form)
        if form.get("job") != "true":
            return status(98, "Die Tabelle ist zu groß, um im Dialog abgerufen zu werden")(
                visit, form
            )
        name = f"{code}_{175879554 + len(self.made)}"
        self.made.append(name)
        return status(99, self.job_text.format(name))(visit, form)

    def _catalogue(self, visit: Visit, form: Mapping[str, str]) -> None:
        for name in self.made:
            if self.polls == 0:
                self.results[name] = self.tables[name.rpartition("_")[0]]
        if self.polls:
            self.polls -= 1
        stem = form["selection"].rpartition("_")[0]
        listed = [{"Code": name, "Content": "..."} for name in self.results if stem in name]
        if not listed:
            return status(104, NO_OBJECT)(visit, form)
        return status(0, "erfolgreich", List=listed)(visit, form)

    def _resultfile(self, visit: Visit, form: Mapping[str, str]) -> None:
        result = self.results.get(form["name"])
        (status(104, NO_OBJECT) if result is None else data(result))(visit, form)

    def _remove(self, visit: Visit, form: Mapping[str, str]) -> None:
        found = self.results.pop(form["name"], None)
        (status(104, NO_OBJECT) if found is None else status(0, "erfolgreich"))(visit, form)

    def _find(self, visit: Visit, form: Mapping[str, str]) -> None:
        words = form["term"].casefold().split()
        listed = [
            {"Code": code, "Content": title, "Time": ""}
            for code, title in self.titles.items()
            if all(word in title.casefold() for word in words)
        ]
        if not listed:
            return status(104, NO_OBJECT)(visit, form)
        return status(0, "erfolgreich", Tables=listed, Statistics=None)(visit, form)


@contextmanager
def running(genesis: Genesis) -> Iterator[Genesis]:
    with serving(genesis.play) as server:
        genesis.url = server.url
        yield genesis


def data(content: bytes, media_type: str = "application/zip") -> Reply:
    return lambda visit, _: visit.answer(200, content, Content_Type=media_type)


def json_reply(document: Mapping[str, Any], encoding: str = "utf-8") -> Reply:
    content = json.dumps(document, ensure_ascii=False).encode(encoding)
    return data(content, "application/json")


def status(code: object, text: str, changed: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """A status document; ``changed`` is what the service repeats of the question otherwise."""

    def reply(visit: Visit, form: Mapping[str, str]) -> None:
        document = {
            "Ident": {"Service": "data", "Method": "tablefile"},
            "Status": {"Code": code, "Content": text, "Type": "Information"},
            "Parameter": {
                "username": visit.headers.get("username"),  # the real services repeat it too
                "password": "********************",
                **form,
                **(changed or {}),
            },
            "Object": None,
            "Copyright": "© Statistische Ämter des Bundes und der Länder",
            **more,
        }
        json_reply(document)(visit, form)

    return reply


def zipped(content: bytes, name: str = "12411-01-01-5_de_flat.csv") -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return sink.getvalue()


def unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return archive.read(name)
