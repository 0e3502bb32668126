"""Real servers on this machine that messages are sent to."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from servers import Visit, serving


@dataclass
class Mailbox:
    """What an SMTP server on 127.0.0.1 was given; ``refusing`` is its answer instead of taking."""

    port: int
    encrypted: bool = False
    refusing: str | None = None
    got: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refusing:
            return self.refusing
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.got.append(mail)  # type: ignore[arg-type]
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        return [mail.get_body().get_content() for mail in self.got]  # type: ignore[union-attr]

    @property
    def connection(self) -> str:
        """As ``AIRFLOW_CONN_...`` wants it: STARTTLS where the server has a certificate."""
        extra = {
            "disable_ssl": True,
            "disable_tls": not self.encrypted,
            "from_email": "kreishaus@county.example",
        }
        return json.dumps(
            {"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra}
        )


@dataclass
class Webhook:
    """What a chat on 127.0.0.1 was posted; ``status`` is what it answers."""

    status: int = 200
    url: str = ""
    got: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def play(self, visit: Visit) -> None:
        self.got.append(json.loads(visit.body)["text"])
        self.paths.append(visit.path)
        visit.answer(self.status, b"ok")

    @property
    def connection(self) -> str:
        """As ``AIRFLOW_CONN_...`` wants it: the whole address, for it is a secret."""
        return json.dumps({"conn_type": "http", "host": f"{self.url}/hooks/secret"})


@contextmanager
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    with serving(receiver.play) as server:
        receiver.url = server.url
        yield receiver


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Mailbox]:
    """With ``tls`` it takes no mail before STARTTLS. ``port`` 0 is one that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        mailbox = Mailbox(probe.getsockname()[1], encrypted=tls is not None)
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        tls_context=tls,
        require_starttls=tls is not None,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
