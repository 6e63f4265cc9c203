"""One service of a Compose file: each key against an allow-list, each value read by the policy."""

from __future__ import annotations

from collections.abc import Callable

from kb.commands.compose.mounts import read_tmpfs, read_volumes
from kb.commands.compose.reading import (
    DROPPED,
    ComposeBuild,
    Dropped,
    Handler,
    Reading,
    as_list,
    as_pairs,
    as_text,
    as_texts,
    wrong,
)
from kb.commands.compose.yaml import Node
from kb.commands.container.confinement import refuse_security_option
from kb.commands.container.mounts import is_target
from kb.commands.container.networking import (
    read_dns,
    read_expose,
    read_extra_hosts,
    read_links,
    read_ports,
    refuse_foreign_network,
)
from kb.commands.container.resources import read_restart
from kb.commands.limits import Rules
from kb.commands.texts import Saying, refused, saying
from kb.commands.values.kinds import check_folder
from kb.commands.values.quantities import format_bytes, parse_bytes, parse_decimal, parse_duration
from kb.commands.values.references import parse_reference, refuse_private_registry

# --- handlers --------------------------------------------------------------------------------


def _keep_text(value: Node, place: str, _reading: Reading) -> Node:
    return as_text(value, place)


def _keep_flag(value: Node, place: str, _reading: Reading) -> Node:
    if not isinstance(value, bool):
        raise wrong(place, value)
    return value


def _keep_words(value: Node, place: str, _reading: Reading) -> Node:
    if value is None or isinstance(value, str):
        return value
    return list(as_texts(value, place))


def _keep_texts(value: Node, place: str, _reading: Reading) -> Node:
    return list(as_texts(value, place))


def _image(value: Node, place: str, reading: Reading) -> Node:
    name = as_text(value, place)
    if parse_reference(name) is None:
        problem = "uppercase_image" if parse_reference(name.lower()) else "image"
        raise refused("invalid_value", key=f"problem.{problem}", value=name)
    refuse_private_registry(name)
    reading.images.append(name)
    return name


def _build(value: Node, place: str, reading: Reading) -> Node:
    given = {"context": value} if not isinstance(value, dict) else value
    paths: dict[str, str] = {}
    args: dict[str, str] = {}
    kept: dict[str, Node] = {}
    for key, item in given.items():
        if key in {"context", "dockerfile"}:
            paths[key] = as_text(item, f"{place}.{key}")
            if check_folder(paths[key]):
                raise refused("outside_context", part=paths[key])
        elif key == "target":
            kept[key] = as_text(item, place)
        elif key == "args":
            args = _read_environment(item, f"{place}.args", reading)
            kept[key] = args
        else:
            raise refused("compose_key", place=place, part=key)
    reading.builds.append(ComposeBuild(**paths, args=tuple(args.items())))
    return {"context": ".", **paths, **kept}


def _environment(value: Node, place: str, reading: Reading) -> Node:
    return _read_environment(value, place, reading)


def _read_environment(value: Node, place: str, reading: Reading) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, content in as_pairs(value, place):
        if content is None:
            reading.notes.append(saying("note.env_dropped", name=name))
        else:
            kept[name] = content
    return kept


def _labels(value: Node, place: str, reading: Reading) -> Node:
    kept: dict[str, Node] = {}
    for name, content in as_pairs(value, place):
        if name.startswith((reading.rules.label_prefix, "com.docker.")):
            reading.notes.append(saying("note.label_dropped", label=name))
        else:
            kept[name] = content or ""
    return kept


def _ports(value: Node, place: str, reading: Reading) -> Node:
    texts = [
        _long_port(item, place) if isinstance(item, dict) else as_text(item, place)
        for item in as_list(value, place)
    ]
    notes: list[Saying] = []
    bindings = read_ports(tuple(texts), reading.rules, notes)
    reading.notes.extend(notes)
    return [
        f"{reading.host_ip}:{port.host_port or ''}:{port.container_port}/{port.protocol}"
        for port in bindings
    ]


def _long_port(item: dict[str, Node], place: str) -> str:
    known = {"target", "published", "protocol", "mode", "host_ip", "name", "app_protocol"}
    for key in item.keys() - known:
        raise refused("compose_key", place=place, part=key)
    published = as_text(item.get("published") or "", place)
    target = as_text(item.get("target") or "", place)
    protocol = as_text(item.get("protocol") or "tcp", place)
    return f"{published}:{target}/{protocol}" if published else f"{target}/{protocol}"


def _expose(value: Node, place: str, reading: Reading) -> Node:
    return list(read_expose(tuple(as_texts(value, place)), reading.rules))


def _networks(value: Node, place: str, _reading: Reading) -> Node:
    if not isinstance(value, dict):
        names = as_texts(value, place)
        for name in names:
            refuse_foreign_network(name)
        return list(names)
    kept: dict[str, Node] = {}
    for name, options in value.items():
        refuse_foreign_network(name)
        for key in (options.keys() if isinstance(options, dict) else set()) - {
            "aliases",
            "priority",
        }:
            raise refused(
                "network_options", key="network_options.address", part=f"{place}.{name}.{key}"
            )
        aliases = options.get("aliases") if isinstance(options, dict) else None
        kept[name] = {"aliases": list(as_texts(aliases, place))} if aliases else None
    return kept


def _network_mode(value: Node, place: str, _reading: Reading) -> Node:
    mode = as_text(value, place)
    if mode not in {"bridge", "none"}:
        raise refused("host_namespace", part=f"{place}: {mode}")
    return mode


def _depends(value: Node, place: str, _reading: Reading) -> Node:
    if not isinstance(value, dict):
        return list(as_texts(value, place))
    kept: dict[str, Node] = {}
    for name, options in value.items():
        condition = options.get("condition") if isinstance(options, dict) else None
        kept[name] = {"condition": as_text(condition or "service_started", place)}
    return kept


def _restart(value: Node, place: str, reading: Reading) -> Node:
    policy = read_restart(as_text(value, place), reading.rules.limits, reading.notes)
    return "no" if policy.name == "no" else f"on-failure:{policy.max_retries}"


def _health(value: Node, place: str, reading: Reading) -> Node:
    if not isinstance(value, dict):
        raise wrong(place, value)
    times = {"interval", "timeout", "start_period", "start_interval"}
    kept: dict[str, Node] = {}
    for key, item in value.items():
        if key in times:
            text = as_text(item, place)
            duration = parse_duration(text)
            if duration is None:
                raise refused("invalid_value", key="problem.duration", value=text)
            if "interval" in key and 0 < duration < reading.rules.limits.health_interval_ns:
                raise refused("health_interval", part=f"{place}.{key}: {text}")
            kept[key] = text
        elif key == "test":
            kept[key] = item if isinstance(item, str) else list(as_texts(item, place))
        elif key in {"retries", "disable"}:
            kept[key] = item
        else:
            raise refused("compose_key", place=place, part=key)
    return kept


def _limit_bytes(limit: Callable[[Rules], int], note: str) -> Handler:
    def handle(value: Node, place: str, reading: Reading) -> Node:
        asked = parse_bytes(as_text(value, place))
        if asked is None:
            raise refused("invalid_value", key="problem.bytes", value=value)
        most = limit(reading.rules)
        if not 0 < asked <= most:
            reading.notes.append(saying(note, limit=format_bytes(most)))
        return asked if 0 < asked <= most else most

    return handle


def _cpus(value: Node, place: str, reading: Reading) -> Node:
    asked = parse_decimal(as_text(value, place))
    most = reading.rules.limits.nano_cpus / 10**9
    if asked is None:
        raise refused("invalid_value", key="problem.decimal", value=value)
    if not 0 < asked <= most:
        reading.notes.append(saying("note.cpus_capped", limit=f"{most:g}"))
        return most
    return float(asked)


def _pids(value: Node, place: str, reading: Reading) -> Node:
    most = reading.rules.limits.pids
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(place, value)
    if not 0 < value <= most:
        reading.notes.append(saying("note.pids_capped", limit=most))
        return most
    return value


def _cap_add(value: Node, place: str, reading: Reading) -> Node:
    for name in as_texts(value, place):
        if name.upper().removeprefix("CAP_") not in reading.rules.limits.capabilities:
            raise refused("capability", part=name)
    return list(as_texts(value, place))


def _security(value: Node, place: str, _reading: Reading) -> Node | Dropped:
    for option in as_texts(value, place):
        refuse_security_option(option)
    return DROPPED


def _extra_hosts(value: Node, place: str, _reading: Reading) -> Node:
    pairs = as_pairs(value, place) if isinstance(value, dict) else []
    texts = [f"{name}:{address}" for name, address in pairs] or as_texts(value, place)
    return list(read_extra_hosts(tuple(texts)))


def _dns(value: Node, place: str, _reading: Reading) -> Node:
    return list(read_dns(tuple(as_texts(value, place))))


def _links(value: Node, place: str, _reading: Reading) -> Node:
    return list(read_links(tuple(as_texts(value, place))))


def _working_dir(value: Node, place: str, _reading: Reading) -> Node:
    path = as_text(value, place)
    if path != "/" and not is_target(path):
        raise refused("invalid_value", key="problem.container_path", value=path)
    return path


def _ignore(value: Node, place: str, reading: Reading) -> Node | Dropped:
    reading.drop(place, str(value)[:60])
    return DROPPED


def _refuse(code: str, key: str = "") -> Handler:
    def handle(value: Node, place: str, _reading: Reading) -> Node | Dropped:
        if value in (None, False, "", [], {}):
            return DROPPED
        raise refused(code, key=key, part=place)

    return handle


HANDLERS: dict[str, Handler] = {
    "image": _image, "build": _build, "container_name": _keep_text, "command": _keep_words,
    "entrypoint": _keep_words, "environment": _environment, "labels": _labels, "ports": _ports,
    "expose": _expose, "volumes": read_volumes, "tmpfs": read_tmpfs, "networks": _networks,
    "network_mode": _network_mode, "depends_on": _depends, "restart": _restart,
    "healthcheck": _health, "working_dir": _working_dir, "user": _keep_text,
    "group_add": _keep_texts, "hostname": _keep_text, "domainname": _keep_text,
    "stdin_open": _keep_flag, "tty": _keep_flag, "init": _keep_flag, "read_only": _keep_flag,
    "stop_signal": _keep_text, "stop_grace_period": _keep_text, "profiles": _keep_texts,
    "pull_policy": _keep_text, "platform": _keep_text, "extra_hosts": _extra_hosts, "dns": _dns,
    "dns_search": _keep_texts, "links": _links, "cap_drop": _keep_texts, "cap_add": _cap_add,
    "security_opt": _security, "cpus": _cpus, "pids_limit": _pids,
    "mem_limit": _limit_bytes(lambda rules: rules.limits.memory_bytes, "note.memory_capped"),
    "shm_size": _limit_bytes(lambda rules: rules.limits.shm_bytes, "note.shm_capped"),
    "deploy": _ignore, "logging": _ignore, "scale": _ignore, "ulimits": _ignore,
    "mem_reservation": _ignore, "memswap_limit": _ignore, "mem_swappiness": _ignore,
    "cpu_shares": _ignore, "cpu_quota": _ignore, "cpu_period": _ignore, "cpuset": _ignore,
    "cpu_count": _ignore, "cpu_percent": _ignore, "isolation": _ignore, "attach": _ignore,
    "develop": _ignore, "blkio_config": _refuse("device"), "privileged": _refuse("privileged"),
    "devices": _refuse("device"), "device_cgroup_rules": _refuse("device"),
    "gpus": _refuse("device"), "pid": _refuse("host_namespace"), "ipc": _refuse("host_namespace"),
    "uts": _refuse("host_namespace"), "userns_mode": _refuse("host_namespace"),
    "cgroup": _refuse("cgroup"), "cgroup_parent": _refuse("cgroup"),
    "runtime": _refuse("runtime"), "sysctls": _refuse("sysctl"),
    "volumes_from": _refuse("volumes_from"), "volume_driver": _refuse("volume_driver"),
    "annotations": _refuse("annotation"), "oom_kill_disable": _refuse("out_of_memory"),
    "oom_score_adj": _refuse("out_of_memory"), "cpu_rt_runtime": _refuse("realtime"),
    "cpu_rt_period": _refuse("realtime"), "storage_opt": _refuse("storage_options"),
    "mac_address": _refuse("network_options", "network_options.left_out"),
    "dns_opt": _refuse("network_options", "network_options.left_out"),
    "use_api_socket": _refuse("docker_socket"),
    "env_file": _refuse("client_files", "client_files.env_file"),
    "label_file": _refuse("client_files"), "credential_spec": _refuse("client_files"),
    "secrets": _refuse("client_files"), "configs": _refuse("client_files"),
    "extends": _refuse("outside_context"),
    "external_links": _refuse("network_options", "network_options.left_out"),
    "post_start": _refuse("privileged"), "pre_stop": _refuse("privileged"),
}  # fmt: skip
"""What is done with each key of a service; a key that is not here is refused."""


def read_service(name: str, service: Node, reading: Reading) -> dict[str, Node]:
    """Return a service with what of it may pass.

    Raises:
        CommandRefusedError: It asks for what the sandbox does not give.
    """
    place = f"services.{name}"
    if not isinstance(service, dict):
        raise wrong(place, service)
    kept: dict[str, Node] = {}
    for key, value in service.items():
        if key.startswith("x-"):
            continue
        handler = HANDLERS.get(key)
        if handler is None:
            raise refused("compose_key", place=place, part=key)
        handled = handler(value, f"{place}.{key}", reading)
        if not isinstance(handled, Dropped):
            kept[key] = handled
    if not {"image", "build"} & kept.keys():
        raise refused("compose_file", part=f"{place}: image?")
    return kept
