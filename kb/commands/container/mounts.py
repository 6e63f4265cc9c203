"""Volumes and memory as folders; never a folder of the machine."""

from __future__ import annotations

import re

from kb.commands.container.spec import TmpfsMount, VolumeMount
from kb.commands.limits import Limits
from kb.commands.texts import RefusedError, Saying, refused, saying
from kb.commands.values.kinds import OBJECT_NAME
from kb.commands.values.quantities import format_bytes, parse_bytes

_HOST_PATH = re.compile(r"[/\\.~$%`]|[A-Za-z]:[\\/]|[^<]*[/\\]")
_PLACEHOLDER_OF_PATH = re.compile(
    r"<[^>]*(?:path|dir|folder|host|file|пут|папк|каталог|директор|файл|хост)", re.IGNORECASE
)
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/])|\$env:")
"""What a colon belongs to although it separates nothing: `c:\\`, `$env:HOME`."""
_DOCKER_SOCKET = re.compile(r"docker(?:_engine|\.sock|\.raw\.sock)|containerd\.sock|podman\.sock")
_FILE_NAME = re.compile(r"[\w)}%-]\.([A-Za-z][A-Za-z0-9]{0,9})$")
_ENDS_OF_FOLDERS = frozenset({"d", "com", "org", "net", "local"})
"""What folders end in too: `conf.d`, `example.com`."""
_VOLUME_MODES = frozenset({"ro", "rw", "nocopy", "z", "Z"})
_TMPFS_SWITCHES = frozenset({"ro", "rw", "exec", "noexec", "suid", "nosuid", "dev", "nodev"})
_ALIASES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly"}


def split_volume(value: str) -> tuple[str, ...]:
    r"""Split `source:target[:modes]` at its colons, keeping `c:\folder` and `$(…)` whole."""
    drive = _DRIVE.match(value) if value.count(":") > 1 else None
    start = drive.end() if drive else 0
    head, rest = value[:start], value[start:]
    first, *others = _split_outside_brackets(rest)
    if others and _DRIVE.fullmatch(f"{others[0]}:") and len(others) > 1:
        others = [f"{others[0]}:{others[1]}", *others[2:]]
    return (head + first, *others)


def _split_outside_brackets(text: str) -> list[str]:
    parts, depth = [""], 0
    for char in text:
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(char, 0)
        if char == ":" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def is_host_path(source: str) -> bool:
    """Tell whether the source of a mount is a path of a machine, not a volume's name."""
    return bool(_HOST_PATH.match(source) or _PLACEHOLDER_OF_PATH.match(source))


def is_file(source: str, target: str) -> bool:
    """Tell whether a mount is one of a single file, as far as the names tell."""
    return all(
        (named := _FILE_NAME.search(path)) and named[1].lower() not in _ENDS_OF_FOLDERS
        for path in (source, target)
    )


def name_volume(source: str, target: str) -> str:
    """Return a name for a volume that takes the place of a host folder."""
    for path in (source, target):
        if "$" in path or "%" in path or "<" in path or "`" in path:
            continue
        for part in reversed(re.split(r"[/\\:]", path)):
            name = re.sub(r"[^A-Za-z0-9_.-]", "", part).strip(".-_")
            if OBJECT_NAME.fullmatch(name):
                return name
    return "data"


def refuse_host_source(source: str, target: str) -> None:
    """Refuse a mount of the machine's own files.

    Raises:
        CommandRefusedError: `docker_socket` or `host_mount`.
    """
    if _DOCKER_SOCKET.search(source):
        raise refused("docker_socket", part=source)
    if is_host_path(source):
        raise _host_mount(source, target)


def _host_mount(source: str, target: str) -> RefusedError:
    if is_file(source, target):
        return refused("host_mount", key="host_mount.file", part=source)
    volume = name_volume(source, target)
    return refused("host_mount", part=source, volume=volume, path=target or "/data")


def parse_volume(value: str, *, names: re.Pattern[str] = OBJECT_NAME) -> VolumeMount:
    """Return what `-v` mounts.

    Args:
        value: `volume:/path`, or a path alone.
        names: What a volume may be called.

    Raises:
        CommandRefusedError: It is a folder of the machine, or nothing that can be mounted.
    """
    parts = split_volume(value)
    if len(parts) == 1:
        _refuse_target(parts[0], value)
        return VolumeMount(target=parts[0])
    source, target = parts[0], parts[1]
    refuse_host_source(source, target)
    if len(parts) > 3 or not names.fullmatch(source):
        raise refused("bad_volume", part=value)
    _refuse_target(target, value)
    modes = parts[2].split(",") if len(parts) > 2 else []
    if unknown := [mode for mode in modes if mode not in _VOLUME_MODES]:
        raise refused("mount_option", part=unknown[0])
    return VolumeMount(
        volume=source, target=target, read_only="ro" in modes, no_copy="nocopy" in modes
    )


def is_target(path: str) -> bool:
    """Tell whether a path is one in a container, and not its root."""
    return path.startswith("/") and path.strip("/") != "" and ".." not in path.split("/")


def _refuse_target(target: str, value: str) -> None:
    if not is_target(target):
        raise refused("bad_volume", part=value)


def parse_mount(
    value: str, limits: Limits, *, names: re.Pattern[str] = OBJECT_NAME
) -> tuple[VolumeMount | TmpfsMount, list[Saying]]:
    """Return what `--mount` mounts, and what was changed.

    Args:
        value: `source=volume,target=/path`.
        limits: What a folder in memory is lowered to.
        names: What a volume may be called.

    Raises:
        CommandRefusedError: It is no volume, or asks for options of the volume's driver.
    """
    refuse_bind(value)
    fields = split_mount_fields(value)
    kind = fields.pop("type", "volume")
    target = fields.pop("target", "")
    source = fields.pop("source", "")
    if kind not in {"volume", "tmpfs"}:
        raise refused("mount_option", part=f"type={kind}")
    _refuse_target(target, value)
    if kind == "tmpfs":
        return _read_tmpfs_fields(fields, target, limits)
    read_only = take_switch(fields, "readonly")
    no_copy = take_switch(fields, "volume-nocopy")
    if fields:
        raise refused("mount_option", part=next(iter(fields)))
    if source and not names.fullmatch(source):
        raise refused("bad_volume", part=value)
    mount = VolumeMount(target=target, volume=source or None, read_only=read_only, no_copy=no_copy)
    return mount, []


def refuse_bind(value: str) -> None:
    """Refuse a value of `--mount` that mounts the machine's own files.

    Raises:
        CommandRefusedError: `docker_socket` or `host_mount`.
    """
    fields = split_mount_fields(value)
    source, target = fields.get("source", ""), fields.get("target", "")
    refuse_host_source(source, target)
    if fields.get("type") == "bind":
        raise _host_mount(source or value, target)


def split_mount_fields(value: str) -> dict[str, str]:
    """Return the fields of a value of `--mount` under their long names, as the client reads them.

    The last of a name counts; names and the type may be in capitals. A switch alone is `true`.
    """
    fields = {}
    for part in value.split(","):
        name, equals, content = part.strip().strip("\"'").partition("=")
        name = _ALIASES.get(name.lower(), name.lower())
        content = content if equals else "true"
        fields[name] = content.lower() if name == "type" else content
    return fields


def take_switch(fields: dict[str, str], name: str) -> bool:
    """Take a switch out of the fields, and tell whether it is on."""
    return fields.pop(name, "").lower() in {"true", "1", "t"}


def _read_tmpfs_fields(
    fields: dict[str, str], target: str, limits: Limits
) -> tuple[TmpfsMount, list[Saying]]:
    size = fields.pop("tmpfs-size", "")
    mode = fields.pop("tmpfs-mode", "")
    if fields:
        raise refused("mount_option", part=next(iter(fields)))
    options = [f"size={size}"] if size else []
    options += [f"mode={mode}"] if mode else []
    return parse_tmpfs(f"{target}:{','.join(options)}", limits)


def parse_tmpfs(value: str, limits: Limits) -> tuple[TmpfsMount, list[Saying]]:
    """Return what `--tmpfs` mounts, its size capped, and what was changed.

    Raises:
        CommandRefusedError: An option is not known, or the target is no absolute path.
    """
    target, _, rest = value.partition(":")
    _refuse_target(target, value)
    size: int | None = None
    mode: int | None = None
    switches: list[str] = []
    for option in filter(None, rest.split(",")):
        name, _, content = option.partition("=")
        if name == "size" and (size := parse_bytes(content)) is not None:
            continue
        if name == "mode" and re.fullmatch(r"0?[0-7]{3,4}", content):
            mode = int(content, 8)
        elif option in _TMPFS_SWITCHES:
            switches.append(option)
        else:
            raise refused("mount_option", part=option)
    cap = limits.tmpfs_bytes
    lowered = size is not None and not 0 < size <= cap
    notes = [saying("note.tmpfs_capped", limit=format_bytes(cap))] if lowered else []
    mount = TmpfsMount(
        target=target, size_bytes=cap if size is None or lowered else size, mode=mode,
        options=tuple(switches),
    )  # fmt: skip
    return mount, notes
