"""Secrets that tests give to programs, and where they must not turn up again."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

PASSWORD = "correct-horse-7f3a"  # noqa: S105
PASSPHRASE = "battery-staple-91c4"  # noqa: S105
TOKEN = "ver:1-hint:4711-e5d2b8"  # noqa: S105


class Key:
    """A private key in a file that needs a passphrase."""

    def __init__(self, folder: Path) -> None:
        """Make a new one."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        kept = BestAvailableEncryption(PASSPHRASE.encode())
        self.path = folder / "planner.p8"
        self.path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept))
        self.path.chmod(0o600)
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._lines = [*plain.splitlines(), *self.path.read_bytes().splitlines()]

    @property
    def secrets(self) -> list[bytes]:
        """Every secret there is, the key's lines in the file and in the clear among them."""
        lines = [line for line in self._lines if not line.startswith(b"-----")]
        return [*(text.encode() for text in (PASSWORD, PASSPHRASE, TOKEN)), *lines]

    def told_in(self, content: bytes) -> list[bytes]:
        """The secrets that some content tells."""
        return [secret for secret in self.secrets if secret in content]

    def told_below(self, folder: Path) -> list[Path]:
        """The files below a folder that tell a secret."""
        files = (path for path in folder.rglob("*") if path.is_file() and path != self.path)
        return [path for path in files if self.told_in(path.read_bytes())]
