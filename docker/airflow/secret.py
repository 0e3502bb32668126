"""Print a secret, alone or as the password of an address: what Airflow's ``..._CMD`` settings run.

    secret.py /run/secrets/airflow_jwt
    secret.py /run/secrets/broker_password redis://:@broker:6379/0

The first line of the file, without its end: Airflow would take the line break into the secret.
"""

import sys
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

file, *address = sys.argv[1:]
secret = Path(file).read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
if address:
    parts = urlsplit(address[0])
    user, _, host = parts.netloc.rpartition("@")
    place = f"{user.removesuffix(':')}:{quote(secret, safe='')}@{host}"
    secret = urlunsplit(parts._replace(netloc=place))
print(secret, end="")
