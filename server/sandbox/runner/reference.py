"""Names of images: what is left out in `alpine`, and the parts of the whole name."""

from __future__ import annotations

from dataclasses import dataclass

_HUB = "docker.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image's name in its parts."""

    repository: str
    """As typed, without tag and digest: `alpine`, `bitnami/kafka`."""
    tag: str = ""
    digest: str = ""

    @property
    def tag_or_digest(self) -> str:
        """What the API takes as `tag`; `latest` where nothing was given."""
        return self.digest or self.tag or "latest"

    @property
    def full(self) -> str:
        """The whole name: `docker.io/library/alpine:latest`."""
        first, slash, _ = self.repository.partition("/")
        domain = bool(slash) and (first == "localhost" or "." in first or ":" in first)
        if domain:
            name = self.repository
        else:
            name = f"{_HUB}/{self.repository if slash else 'library/' + self.repository}"
        return f"{name}@{self.digest}" if self.digest else f"{name}:{self.tag or 'latest'}"

    @property
    def familiar(self) -> str:
        """The name with its tag or digest: `alpine:latest`."""
        separator = "@" if self.digest else ":"
        return f"{self.repository}{separator}{self.tag_or_digest}"


def split_reference(text: str) -> Reference:
    """Return the parts of an image's name as it was typed.

    Whether the name is a valid one `kb.commands.references.parse_reference` has told before.
    """
    name, _, digest = text.partition("@")
    head, colon, tail = name.rpartition(":")
    if colon and "/" not in tail:
        return Reference(repository=head, tag=tail, digest=digest)
    return Reference(repository=name, digest=digest)
