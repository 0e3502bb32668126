"""A restic repository that opens in milliseconds, for tests: real in all but its scrypt cost.

restic derives the key from the password on purpose slowly, each time it is started. The template
has the cheapest derivation that restic reads; format: https://restic.readthedocs.io/en/v0.14.0/100_references.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from kreishaus.settings import Backups, Settings
from operations.maintenance.backup.restic import Repository

PASSWORD = "a password for tests only"
CHEAP = 16
"""scrypt's N; restic itself chooses 32,768 and more."""


def password_file(folder: Path) -> Path:
    """A password file as it should be: for its owner alone."""
    path = folder / "backup-password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o400)
    return path


def with_backup(settings: Settings, folder: Path | None, key: Path, **rule: int) -> Settings:
    """The same settings with a backup folder and its password."""
    backup = Backups(folder=folder, password_file=key, **rule)
    return settings.model_copy(update={"backup": backup})


def make_template(folder: Path) -> Path:
    """An empty repository with ``PASSWORD``."""
    key = password_file(folder)
    Repository(folder / "repository", key).init()
    (path,) = (folder / "repository" / "keys").iterdir()
    document = json.loads(path.read_text())
    plain = _opened(document)
    document["N"] = CHEAP
    document["data"] = _sealed(document, plain)
    content = json.dumps(document).encode()
    path.chmod(0o600)
    path.unlink()
    path.with_name(hashlib.sha256(content).hexdigest()).write_bytes(content)
    return folder / "repository"


def copy_template(template: Path, repository: Repository) -> None:
    """In place of ``Repository.init``."""
    shutil.copytree(template, repository.path, dirs_exist_ok=True)


def restic(folder: Path, key: Path, *arguments: str) -> str:
    """The real program, as a person would call it."""
    environment = {**os.environ, "RESTIC_REPOSITORY": str(folder / "repository")}
    environment["RESTIC_PASSWORD_FILE"] = str(key)
    return subprocess.run(
        ["restic", "--no-cache", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _derived(document: dict[str, str | int]) -> tuple[bytes, bytes, bytes]:
    """The key of the cipher and the two of the authentication."""
    derived = hashlib.scrypt(
        PASSWORD.encode(),
        salt=base64.b64decode(str(document["salt"])),
        n=int(document["N"]),
        r=int(document["r"]),
        p=int(document["p"]),
        maxmem=2**30,
        dklen=64,
    )
    return derived[:32], derived[32:48], derived[48:]


def _ciphered(key: bytes, nonce: bytes, content: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CTR(nonce)).encryptor()
    return cipher.update(content) + cipher.finalize()


def _opened(document: dict[str, str | int]) -> bytes:
    sealed = base64.b64decode(str(document["data"]))
    key, _, _ = _derived(document)
    return _ciphered(key, sealed[:16], sealed[16:-16])


def _sealed(document: dict[str, str | int], plain: bytes) -> str:
    key, k, r = _derived(document)
    nonce = os.urandom(16)
    content = _ciphered(key, nonce, plain)
    block = Cipher(algorithms.AES(k), modes.ECB()).encryptor()
    tag = Poly1305.generate_tag(r + block.update(nonce) + block.finalize(), content)
    return base64.b64encode(nonce + content + tag).decode()
