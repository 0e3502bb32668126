"""The one place that holds the mail password of Kreishaus: takes mail inside, hands it on outside.

No queue: mail is handed to the county's server while its sender waits, and what that server does
not take is refused with its own words. So the sender knows, and `kreishaus status` says "alert
unsent". From the environment: ``SMTP_HOST``, ``SMTP_PORT``, ``SMTP_FROM`` (the envelope's sender),
``SMTP_TLS`` (``starttls``, ``tls`` or ``none``), ``SMTP_USER`` (empty: no login) and
``SMTP_PASSWORD_FILE``; ``RELAY_PORT`` is where it listens (1025).
"""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
import ssl
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

from kreishaus.secret_files import SecretUnreadable, secret

PORT = int(os.environ.get("RELAY_PORT", "1025"))
LARGEST_BYTES = 10 * 2**20
SECONDS = 20


class Relay:
    """What is done with each mail."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Hand a mail on; the answer is what its sender is told."""
        try:
            await asyncio.to_thread(hand_on, envelope)
        except smtplib.SMTPResponseException as refusal:
            words = refusal.smtp_error
            text = words.decode(errors="replace") if isinstance(words, bytes) else words
            answer = f"{refusal.smtp_code} {' '.join(text.split())}"
        except smtplib.SMTPRecipientsRefused as refusal:
            answer = f"550 not taken for {', '.join(refusal.recipients)}"
        except (OSError, smtplib.SMTPException, SecretUnreadable) as fault:
            answer = f"451 {os.environ.get('SMTP_HOST')}: {type(fault).__name__}: {fault}"
        else:
            answer = "250 handed on"
        print(f"{len(envelope.rcpt_tos)} recipients: {answer}", file=sys.stderr, flush=True)
        return answer


def hand_on(envelope: Envelope) -> None:
    """Give one mail to the county's server. Raises whatever keeps it from that."""
    host, port = os.environ["SMTP_HOST"], int(os.environ.get("SMTP_PORT", "587"))
    way = os.environ.get("SMTP_TLS", "starttls")
    trust = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trust)
        if way == "tls"
        else smtplib.SMTP(host, port, timeout=SECONDS)
    )
    with server:
        if way == "starttls":
            server.starttls(context=trust)
        if user := os.environ.get("SMTP_USER", ""):
            server.login(user, secret("SMTP_PASSWORD"))
        sender = os.environ.get("SMTP_FROM") or envelope.mail_from or ""
        refused = server.sendmail(sender, envelope.rcpt_tos, envelope.content or b"")
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)


def _conversation() -> SMTP:
    """What talks with one sender; addresses may have letters beyond ASCII."""
    return SMTP(Relay(), data_size_limit=LARGEST_BYTES, ident="Kreishaus", enable_SMTPUTF8=True)


async def main() -> None:
    """Take mail until told to stop."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_conversation, "0.0.0.0", PORT)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    print(f"taking mail on port {PORT} for {os.environ['SMTP_HOST']}", file=sys.stderr, flush=True)
    async with server:
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
