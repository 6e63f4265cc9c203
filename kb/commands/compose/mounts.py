"""What a service of a Compose file mounts."""

from __future__ import annotations

from kb.commands.compose.reading import Reading, as_list, as_text, as_texts, wrong
from kb.commands.compose.yaml import Node
from kb.commands.container.mounts import parse_mount, parse_tmpfs, parse_volume, refuse_host_source
from kb.commands.container.spec import TmpfsMount, VolumeMount
from kb.commands.texts import refused
from kb.commands.values.kinds import COMPOSE_VOLUME


def read_volumes(value: Node, place: str, reading: Reading) -> Node:
    """`volumes`: volumes by name, in the short or the long form; never a folder of the machine."""
    kept: list[Node] = []
    for item in as_list(value, place):
        if isinstance(item, dict):
            mount, notes = parse_mount(
                _long_mount(item, place), reading.rules.limits, names=COMPOSE_VOLUME
            )
            reading.notes.extend(notes)
        else:
            mount = parse_volume(as_text(item, place), names=COMPOSE_VOLUME)
        kept.append(_write_mount(mount))
    return kept


def _long_mount(item: dict[str, Node], place: str) -> str:
    """Return a long mount as `--mount` writes it, so that one reader judges both."""
    source = as_text(item.get("source") or "", place)
    target = as_text(item.get("target") or "", place)
    if item.get("type") == "bind" or source:
        refuse_host_source(source, target)
    parts = [f"type={as_text(item.get('type') or 'volume', place)}", f"target={target}"]
    parts += [f"source={source}"] if source else []
    parts += ["readonly"] if item.get("read_only") else []
    for key in item.keys() - {"type", "source", "target", "read_only", "volume", "tmpfs"}:
        raise refused("mount_option", part=key)
    for name, options in (("volume", item.get("volume")), ("tmpfs", item.get("tmpfs"))):
        parts += _mount_options(name, options, place)
    if any("," in part for part in parts):
        raise wrong(place, ",".join(parts))
    return ",".join(parts)


def _mount_options(name: str, options: Node, place: str) -> list[str]:
    if not isinstance(options, dict):
        return []
    known = {"volume": {"nocopy": "volume-nocopy"}, "tmpfs": {"size": "tmpfs-size"}}[name]
    for key in options.keys() - known:
        raise refused("mount_option", part=key)
    return [f"{known[key]}={as_text(value, place)}" for key, value in options.items()]


def _write_mount(mount: VolumeMount | TmpfsMount) -> Node:
    if isinstance(mount, TmpfsMount):
        return {"type": "tmpfs", "target": mount.target, "tmpfs": {"size": mount.size_bytes}}
    if mount.volume and len(mount.volume) == 1:
        return _write_long(mount)
    modes = [*(["ro"] if mount.read_only else []), *(["nocopy"] if mount.no_copy else [])]
    if mount.volume is None:
        return mount.target
    return ":".join([mount.volume, mount.target, *([",".join(modes)] if modes else [])])


def _write_long(mount: VolumeMount) -> Node:
    """Return the long form, in which one letter before a colon is no drive of Windows."""
    switches: dict[str, Node] = {"read_only": True} if mount.read_only else {}
    if mount.no_copy:
        switches["volume"] = {"nocopy": True}
    return {"type": "volume", "source": mount.volume, "target": mount.target, **switches}


def read_tmpfs(value: Node, place: str, reading: Reading) -> Node:
    """`tmpfs`: small folders in memory."""
    kept: list[Node] = []
    for text in as_texts(value, place):
        mount, notes = parse_tmpfs(text, reading.rules.limits)
        reading.notes.extend(notes)
        mode = [] if mount.mode is None else [f"mode={mount.mode:o}"]
        options = [f"size={mount.size_bytes}", *mode, *mount.options]
        kept.append(f"{mount.target}:{','.join(options)}")
    return kept
