"""The policy of Compose files: read before the real Compose program sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.commands.compose.reading import ComposeBuild, Reading, as_pairs, as_text
from kb.commands.compose.service import read_service
from kb.commands.compose.yaml import Node, dump_yaml, load_yaml
from kb.commands.container.confinement import refuse_volume_driver
from kb.commands.container.networking import refuse_foreign_network
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.texts import RefusedError, put_into_words, refused
from kb.commands.values.kinds import KINDS
from kb.model import Language

_ReadObject = Callable[[str, dict[str, Node], str], Node]
_SERVICE_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_IGNORED_TOP = frozenset({"version", "name"})
_REFUSED_TOP = {
    "include": "outside_context", "secrets": "client_files", "configs": "client_files",
    "models": "not_offered",
}  # fmt: skip
_MAX_SERVICES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeFile:
    """A Compose file that may be run."""

    text: str
    """YAML, made anew from what was understood: nothing unread gets through."""
    services: tuple[str, ...]
    name: str | None = None
    """The project's name, where the file gives one; not in `text`, since Compose 1 knows none."""
    images: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    builds: tuple[ComposeBuild, ...] = ()
    """What services are built from; the Dockerfiles are still to be checked."""
    notes: tuple[str, ...] = ()
    """What was changed for safety."""


def check_compose(
    text: str, *, host_ip: str, rules: Rules = DEFAULT_RULES, language: Language = "en"
) -> ComposeFile:
    """Read a Compose file and let the policy decide.

    Args:
        text: YAML of a note's block.
        host_ip: The sandbox's address that ports are published at.
        rules: Limits and reserved ports of this installation.
        language: Of notes and refusals.

    Raises:
        CommandRefusedError: A service asks for what the sandbox does not give, or it is no
            Compose file.
    """
    try:
        return _check(text, Reading(rules=rules, host_ip=host_ip), language)
    except RefusedError as error:
        raise error.in_language(language) from error


def _check(text: str, reading: Reading, language: Language) -> ComposeFile:
    content = load_yaml(text)
    if not isinstance(content, dict) or not isinstance(content.get("services"), dict):
        raise refused("compose_file", part="services?")
    kept = {key: _read_top(key, value, reading) for key, value in content.items() if _counts(key)}
    services, volumes = kept["services"], kept.get("volumes") or {}
    return ComposeFile(
        text=dump_yaml(kept),
        name=_read_name(content.get("name")),
        services=tuple(services) if isinstance(services, dict) else (),
        images=tuple(dict.fromkeys(reading.images)),
        volumes=tuple(volumes) if isinstance(volumes, dict) else (),
        builds=tuple(dict.fromkeys(reading.builds)),
        notes=tuple(dict.fromkeys(put_into_words(note, language) for note in reading.notes)),
    )


def _read_name(value: Node) -> str | None:
    if value is None:
        return None
    name = as_text(value, "name")
    if problem := KINDS["project"].check(name):
        raise refused("invalid_value", key=f"problem.{problem}", value=name)
    return name


def _counts(key: str) -> bool:
    return key not in _IGNORED_TOP and not key.startswith("x-")


def _read_top(key: str, value: Node, reading: Reading) -> Node:
    if key in _REFUSED_TOP:
        raise refused(_REFUSED_TOP[key], part=key)
    if key == "services":
        return _read_services(value, reading)
    if key == "volumes":
        return _read_each(value, key, _read_volume)
    if key == "networks":
        return _read_each(value, key, _read_network)
    raise refused("compose_key", place="/", part=key)


def _read_services(value: Node, reading: Reading) -> Node:
    if not isinstance(value, dict) or not value:
        raise refused("compose_file", part="services?")
    if len(value) > _MAX_SERVICES:
        raise refused("compose_file", part=f"{len(value)} > {_MAX_SERVICES}")
    for name in value:
        if not _SERVICE_NAME.fullmatch(name):
            raise refused("compose_key", place="services", part=name)
    return {name: read_service(name, service, reading) for name, service in value.items()}


def _read_each(value: Node, place: str, read: _ReadObject) -> Node:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refused("compose_value", place=place, part=str(value)[:80])
    return {
        name: read(f"{place}.{name}", _options(f"{place}.{name}", options), name)
        for name, options in value.items()
    }


def _options(place: str, options: Node) -> dict[str, Node]:
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise refused("compose_value", place=place, part=str(options)[:80])
    return options


def _read_volume(place: str, options: dict[str, Node], _name: str) -> Node:
    kept: dict[str, Node] = {}
    for key, value in options.items():
        if key == "driver":
            refuse_volume_driver(as_text(value or "", place))
        elif key == "driver_opts" and value:
            raise refused("volume_options", part=f"{place}.driver_opts")
        elif not _keep_object_key(kept, key, value, place):
            raise refused("compose_key", place=place, part=key)
    return kept or None


def _read_network(place: str, options: dict[str, Node], name: str) -> Node:
    kept: dict[str, Node] = {}
    for key, value in options.items():
        if key == "driver":
            if value not in {None, "", "default", "bridge"}:
                raise _refused_driver(f"{place}.driver: {value}", is_host=value == "host")
        elif key in {"internal", "attachable"}:
            kept[key] = value is True
        elif key in {"ipam", "driver_opts", "enable_ipv6"} and value:
            raise refused("network_options", key="network_options.left_out", part=f"{place}.{key}")
        elif not _keep_object_key(kept, key, value, place):
            raise refused("compose_key", place=place, part=key)
    refuse_foreign_network(str(kept.get("name") or name))
    return kept or None


def _refused_driver(part: str, *, is_host: bool) -> RefusedError:
    if is_host:
        return refused("host_namespace", part=part)
    return refused("network_options", key="network_options.left_out", part=part)


def _keep_object_key(kept: dict[str, Node], key: str, value: Node, place: str) -> bool:
    """Keep what volumes and networks have in common; False for any other key."""
    if key == "name":
        kept[key] = as_text(value, place)
    elif key == "labels":
        kept[key] = {name: content or "" for name, content in as_pairs(value, place)}
    elif key == "external":
        kept[key] = value is True
    else:
        return not value or key.startswith("x-")
    return True
