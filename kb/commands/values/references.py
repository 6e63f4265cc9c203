"""Image references, after the grammar of the distribution project's `reference` package."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from kb.commands.texts import refused

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_DOMAIN = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?"
)
_REFERENCE = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?"
)
_IMAGE_ID = re.compile(r"(?:sha256:)?[0-9a-f]{1,64}")
_MAX_NAME = 255
_PUBLIC_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PRIVATE_SUFFIXES = (
    ".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".private",
    ".home.arpa", ".localdomain", ".test", ".invalid", ".onion",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """The parts of an image's name."""

    domain: str
    """The registry with its port; empty for Docker Hub."""
    path: str
    tag: str = ""
    digest: str = ""


def parse_reference(text: str) -> ImageReference | None:
    """Return the parts of an image's name; None where it is not a valid one."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    domain, path = match["domain"] or "", match["path"]
    if domain and not _is_domain(domain):
        # `bitnami/kafka` is a path at Docker Hub, and Docker Hub's paths are lowercase.
        domain, path = "", f"{domain}/{path}"
    if len(domain) + len(path) > _MAX_NAME or re.fullmatch(r"[0-9a-f]{64}", path):
        return None
    return ImageReference(
        domain=domain, path=path, tag=match["tag"] or "", digest=match["digest"] or ""
    )


def _is_domain(text: str) -> bool:
    return "." in text or ":" in text or text == "localhost" or text != text.lower()


def is_image_id(text: str) -> bool:
    """Tell whether a text can be an image's id, whole or shortened."""
    return _IMAGE_ID.fullmatch(text) is not None


def is_public_host(text: str) -> bool:
    """Tell whether a registry or server (with or without a port) is one of the public internet.

    Only names with a top-level domain and public addresses count: spellings of an address such as
    `2130706433` or `0x7f.1` have no top-level domain and are not public.
    """
    host = re.sub(r":[0-9]+$", "", text).strip("[]").lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(_PUBLIC_HOST.fullmatch(host)) and not host.endswith(_PRIVATE_SUFFIXES)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_global) and not mapped.is_multicast


def is_public(reference: ImageReference) -> bool:
    """Tell whether an image is one of Docker Hub or another registry of the public internet."""
    return not reference.domain or is_public_host(reference.domain)


def refuse_private_registry(image: str) -> None:
    """Refuse an image of a registry that is not on the public internet.

    Raises:
        CommandRefusedError: `private_registry`.
    """
    reference = parse_reference(image)
    if reference and not is_public(reference):
        raise refused("private_registry", part=reference.domain)
