"""What each value in a request for a container may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kb.commands.container.mounts import is_target
from kb.commands.limits import Limits, Rules
from kb.commands.values.kinds import NETWORK_NAME, OBJECT_NAME
from kb.commands.values.references import is_image_id, is_public, parse_reference

Rule = Callable[[object, Rules], bool]

_PORT = re.compile(r"\d{1,5}(?:-\d{1,5})?/(?:tcp|udp|sctp)")
_MODES = frozenset({"ro", "rw", "z", "Z", "nocopy", ""})
_SIZE = re.compile(r"[0-9]{1,20}")
_TMPFS = re.compile(
    r"(?:size=(?P<size>[0-9]{1,20})|mode=[0-7]{1,4}|ro|rw|exec|noexec|suid|nosuid|dev|nodev)"
)
_STARTABLE = ("no", "", "on-failure")
_ENDPOINT_KEYS = frozenset(
    {
        "Aliases", "Links", "NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen",
        "IPv6Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "MacAddress", "DriverOpts",
        "IPAMConfig", "DNSNames", "GwPriority",
    }
)  # fmt: skip
_ENDPOINT_CHOSEN = frozenset({"Aliases", "Links"})


def is_empty(value: object, _rules: Rules) -> bool:
    """Nothing is asked for."""
    return not value


def is_unset(value: object, _rules: Rules) -> bool:
    """Not given at all: here even an empty list asks for something."""
    return value is None


def is_no_request(value: object, _rules: Rules) -> bool:
    """Nothing is asked for, in one of the ways the API writes that."""
    return not value or value == -1 or value in ([0, 0], {})


def is_text(value: object, _rules: Rules) -> bool:
    """A text, or nothing."""
    return value is None or isinstance(value, str)


def is_switch(value: object, _rules: Rules) -> bool:
    """True, false, or nothing."""
    return value is None or isinstance(value, bool)


def is_number(value: object, _rules: Rules) -> bool:
    """A whole number from 0, or nothing."""
    return value is None or (isinstance(value, int) and value >= 0)


def are_texts(value: object, _rules: Rules) -> bool:
    """A list of texts, or nothing."""
    return value is None or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def is_text_or_texts(value: object, rules: Rules) -> bool:
    """A text or a list of texts, or nothing."""
    return is_text(value, rules) or are_texts(value, rules)


def are_labels(value: object, _rules: Rules) -> bool:
    """Names with texts."""
    return value is None or (
        isinstance(value, Mapping)
        and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())
    )


def is_image(value: object, _rules: Rules) -> bool:
    """An image of a public registry, or an id."""
    if not isinstance(value, str):
        return False
    reference = parse_reference(value)
    return is_image_id(value) if reference is None else is_public(reference)


def are_ports(value: object, _rules: Rules) -> bool:
    """`80/tcp` and the like, with nothing said of them."""
    return value is None or (
        isinstance(value, Mapping)
        and all(_PORT.fullmatch(str(key)) and not content for key, content in value.items())
    )


def are_targets(value: object, _rules: Rules) -> bool:
    """Absolute paths in the container, with nothing said of them."""
    return value is None or (
        isinstance(value, Mapping)
        and all(is_target(str(key)) and not content for key, content in value.items())
    )


def is_health(value: object, rules: Rules) -> bool:
    """A health check that is not too frequent."""
    if value is None:
        return True
    known = {"Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"}
    if not isinstance(value, Mapping) or not value.keys() <= known:
        return False
    least = rules.limits.health_interval_ns
    spans = [value.get(key) or least for key in ("Interval", "StartInterval")]
    return all(isinstance(span, int) and span >= least for span in spans)


def are_binds(value: object, rules: Rules) -> bool:
    """Volumes by name; never a path of the machine."""
    if not are_texts(value, rules):
        return False
    return all(_is_volume_bind(bind) for bind in (value if isinstance(value, list) else []))


def _is_volume_bind(bind: str) -> bool:
    source, _, rest = bind.partition(":")
    target, _, modes = rest.partition(":")
    return bool(
        OBJECT_NAME.fullmatch(source) and is_target(target) and set(modes.split(",")) <= _MODES
    )


def are_mounts(value: object, rules: Rules) -> bool:
    """Volumes without options of their driver, and small folders in memory."""
    if not value:
        return True
    return isinstance(value, list) and all(_is_volume_mount(mount, rules) for mount in value)


def _is_volume_mount(mount: object, rules: Rules) -> bool:
    if not isinstance(mount, Mapping) or not is_target(str(mount.get("Target", ""))):
        return False
    known = {"Type", "Source", "Target", "ReadOnly", "VolumeOptions", "TmpfsOptions", "Consistency"}
    if not mount.keys() <= known:
        return False
    if mount.get("Type") == "tmpfs":
        options = mount.get("TmpfsOptions") or {}
        if not isinstance(options, Mapping) or not options.keys() <= {"SizeBytes", "Mode"}:
            return False
        size = options.get("SizeBytes", 0)
        return isinstance(size, int) and 0 < size <= rules.limits.tmpfs_bytes
    source = mount.get("Source") or "anonymous"
    options = mount.get("VolumeOptions") or {}
    return (
        mount.get("Type") == "volume"
        and OBJECT_NAME.fullmatch(str(source)) is not None
        and isinstance(options, Mapping)
        and options.keys() <= {"NoCopy", "Labels", "DriverConfig"}
        and not options.get("DriverConfig")
    )


def is_tmpfs(value: object, rules: Rules) -> bool:
    """Small folders in memory."""
    if not value:
        return True
    return isinstance(value, Mapping) and all(
        is_target(str(target)) and _is_small_tmpfs(str(options), rules.limits)
        for target, options in value.items()
    )


def _is_small_tmpfs(options: str, limits: Limits) -> bool:
    matches = [_TMPFS.fullmatch(option) for option in options.split(",")]
    sizes = [int(m["size"]) for m in matches if m and m["size"]]
    return all(matches) and len(sizes) == 1 and 0 < sizes[0] <= limits.tmpfs_bytes


def is_own_namespace(value: object, _rules: Rules) -> bool:
    """A namespace of its own."""
    return value in (None, "", "private", "none")


def is_network(value: object, _rules: Rules) -> bool:
    """A network by name; never the machine's or another container's."""
    if not value:
        return True
    name = str(value)
    # A colon, as in `container:x`, is no part of a name.
    return name.lower() != "host" and NETWORK_NAME.fullmatch(name) is not None


def are_bindings(value: object, rules: Rules) -> bool:
    """Published ports, not too many."""
    if not value:
        return True
    if not isinstance(value, Mapping) or len(value) > rules.limits.published_ports:
        return False
    return all(
        _PORT.fullmatch(str(key)) and isinstance(bound, list) and all(map(_is_binding, bound))
        for key, bound in value.items()
    )


def _is_binding(binding: object) -> bool:
    return (
        isinstance(binding, Mapping)
        and binding.keys() <= {"HostIp", "HostPort"}
        and re.fullmatch(r"\d{0,5}", str(binding.get("HostPort") or "")) is not None
    )


def is_restart(value: object, rules: Rules) -> bool:
    """Started again a few times at the most."""
    if not value:
        return True
    retries = value.get("MaximumRetryCount") or 0 if isinstance(value, Mapping) else -1
    # The daemon reads keys whatever their case, so only the ones looked at may be there.
    if not isinstance(value, Mapping) or not value.keys() <= {"Name", "MaximumRetryCount"}:
        return False
    if value.get("Name") not in _STARTABLE:
        return False
    needed = value.get("Name") == "on-failure"
    return isinstance(retries, int) and int(needed) <= retries <= rules.limits.restart_retries


def are_capabilities(value: object, rules: Rules) -> bool:
    """Only capabilities of the short list."""
    if not value:
        return True
    return isinstance(value, list) and all(
        str(name).upper().removeprefix("CAP_") in rules.limits.capabilities for name in value
    )


def drops_all(value: object, _rules: Rules) -> bool:
    """Every capability is dropped first."""
    return value == ["ALL"]


def forbids_new_privileges(value: object, _rules: Rules) -> bool:
    """`no-new-privileges` and nothing else."""
    return value in (["no-new-privileges"], ["no-new-privileges:true"])


def is_log(value: object, rules: Rules) -> bool:
    """The json-file log of a limited size."""
    if not isinstance(value, Mapping) or value.get("Type") != "json-file":
        return False
    config = value.get("Config")
    if not isinstance(config, Mapping) or not config.keys() <= {"max-size", "max-file"}:
        return False
    size = str(config.get("max-size", ""))
    return _SIZE.fullmatch(size) is not None and 0 < int(size) <= rules.limits.log_bytes


def at_most(get: Callable[[Limits], int]) -> Rule:
    """Return the rule that a number is positive and not over a limit."""

    def check(value: object, rules: Rules) -> bool:
        return isinstance(value, int) and 0 < value <= get(rules.limits)

    return check


def are_hosts(value: object, rules: Rules) -> bool:
    """Names with addresses; never the machine itself."""
    hosts = value if isinstance(value, list) else []
    return are_texts(value, rules) and not any("host-gateway" in str(host) for host in hosts)


def are_ulimits(value: object, _rules: Rules) -> bool:
    """Limits of processes."""
    return value is None or (
        isinstance(value, list)
        and all(isinstance(v, Mapping) and v.keys() <= {"Name", "Soft", "Hard"} for v in value)
    )


def are_endpoints(value: object, _rules: Rules) -> bool:
    """Networks by name, with other names of the container in them."""
    if not value:
        return True
    if not isinstance(value, Mapping) or not value.keys() <= {"EndpointsConfig"}:
        return False
    endpoints = value.get("EndpointsConfig") or {}
    return isinstance(endpoints, Mapping) and all(
        is_network(name, _rules) and is_endpoint(endpoint) for name, endpoint in endpoints.items()
    )


def is_endpoint(endpoint: object) -> bool:
    """Tell whether a network endpoint says nothing but other names of the container."""
    if not endpoint:
        return True
    return (
        isinstance(endpoint, Mapping)
        and endpoint.keys() <= _ENDPOINT_KEYS
        and all(not v for k, v in endpoint.items() if k not in _ENDPOINT_CHOSEN and v != {})
    )
