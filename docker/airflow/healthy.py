"""Whether a service of Airflow is well: what each health check of docker-compose.yml runs.

    healthy.py api-server | scheduler | dag-processor | triggerer | worker | mail | proxy

Nothing of Airflow is imported: that would cost seconds of processor time, in each service, each
minute. The scheduler answers itself; of the DAG processor and the triggerer the API server knows
when they last gave a sign of life; a worker answers over the broker.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from functools import partial

API = "http://api-server:8080/api/v2/monitor/health"
SCHEDULER = "http://localhost:8974/health"
SECONDS = 8


def main(component: str) -> None:
    """End with status 0 if ``component`` is well; say what is not and end with 1 otherwise."""
    try:
        fault = {"worker": worker, "mail": mail, "proxy": proxy}.get(
            component, partial(of_airflow, component)
        )()
    except (OSError, ValueError, KeyError) as error:
        fault = f"{type(error).__name__}: {error}"
    if fault:
        sys.exit(f"{component}: {fault}")
    print(f"{component}: well")


def of_airflow(component: str) -> str:
    """What is wrong with one of Airflow's own components."""
    if component == "scheduler":
        with urllib.request.urlopen(SCHEDULER, timeout=SECONDS) as answer:
            return "" if answer.status == 200 else f"status {answer.status}"
    with urllib.request.urlopen(API, timeout=SECONDS) as answer:
        parts = json.load(answer)
    part = parts["metadatabase" if component == "api-server" else component.replace("-", "_")]
    return "" if part["status"] == "healthy" else f"{part}"


def mail() -> str:
    """What is wrong with the mail relay: nothing if it greets."""
    with socket.create_connection(("127.0.0.1", 1025), timeout=SECONDS) as relay:
        greeting = relay.recv(200)
    return "" if greeting.startswith(b"220 ") else f"{greeting!r}"


def proxy() -> str:
    """What is wrong with the proxy: nothing if it refuses a host that nobody has."""
    with socket.create_connection(("127.0.0.1", 3128), timeout=SECONDS) as asked:
        asked.sendall(b"CONNECT nobody.invalid:443 HTTP/1.1\r\n\r\n")
        answer = asked.recv(200)
    return "" if b" 403 " in answer.split(b"\r\n")[0] else f"{answer!r}"


def worker() -> str:
    """What is wrong with the worker of this host: nothing if it answers a ping."""
    from celery import Celery
    from kombu.exceptions import OperationalError

    command = os.environ["AIRFLOW__CELERY__BROKER_URL_CMD"].split()
    broker = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    name = f"celery@{os.uname().nodename}"
    try:
        with Celery(broker=broker, set_as_current=False) as app:
            answers = app.control.ping(destination=[name], timeout=SECONDS, limit=1)
    except OperationalError as error:
        return f"the broker: {type(error.__cause__ or error).__name__}"
    return "" if answers else f"{name} does not answer"


main(sys.argv[1])
