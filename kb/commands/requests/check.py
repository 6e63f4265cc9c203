"""The second look at a request for a container: its keys and values against an allow-list.

Used on our own bodies just before they are sent, and on those of the real Compose program, which
`hardening` puts our limits into first. A key that the list does not know is refused, so that
whatever a later API version brings stays out until someone has thought about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.requests.value_rules import (
    Rule,
    are_bindings,
    are_binds,
    are_capabilities,
    are_endpoints,
    are_hosts,
    are_labels,
    are_mounts,
    are_ports,
    are_targets,
    are_texts,
    are_ulimits,
    at_most,
    drops_all,
    forbids_new_privileges,
    is_empty,
    is_health,
    is_image,
    is_log,
    is_network,
    is_no_request,
    is_number,
    is_own_namespace,
    is_restart,
    is_switch,
    is_text,
    is_text_or_texts,
    is_tmpfs,
    is_unset,
)
from kb.commands.texts import refused

_BODY: dict[str, Rule] = {
    "Image": is_image,
    "Cmd": is_text_or_texts,
    "Entrypoint": is_text_or_texts,
    "Hostname": is_text,
    "Domainname": is_text,
    "User": is_text,
    "WorkingDir": is_text,
    "Env": are_texts,
    "Labels": are_labels,
    "ExposedPorts": are_ports,
    "Volumes": are_targets,
    "AttachStdin": is_switch,
    "AttachStdout": is_switch,
    "AttachStderr": is_switch,
    "OpenStdin": is_switch,
    "StdinOnce": is_switch,
    "Tty": is_switch,
    "StopSignal": is_text,
    "StopTimeout": is_number,
    "Healthcheck": is_health,
    "OnBuild": is_empty,
    "MacAddress": is_empty,
    "NetworkDisabled": is_switch,
    "ArgsEscaped": is_switch,
    "Shell": is_empty,
    "NetworkingConfig": are_endpoints,
}
"""Rules for the body's own keys; `HostConfig` has its own table."""

_HOST: dict[str, Rule] = {
    "Binds": are_binds,
    "Mounts": are_mounts,
    "Tmpfs": is_tmpfs,
    "NetworkMode": is_network,
    "PortBindings": are_bindings,
    "PublishAllPorts": is_switch,
    "RestartPolicy": is_restart,
    "AutoRemove": is_switch,
    "CapAdd": are_capabilities,
    "CapDrop": drops_all,
    "Dns": are_texts,
    "DnsOptions": is_empty,
    "DnsSearch": are_texts,
    "ExtraHosts": are_hosts,
    "GroupAdd": are_texts,
    "Links": are_texts,
    "IpcMode": is_own_namespace,
    "PidMode": is_own_namespace,
    "UTSMode": is_own_namespace,
    "UsernsMode": is_own_namespace,
    "CgroupnsMode": is_own_namespace,
    "LogConfig": is_log,
    "Privileged": is_empty,
    "ReadonlyRootfs": is_switch,
    "SecurityOpt": forbids_new_privileges,
    "Init": is_switch,
    "Ulimits": are_ulimits,
    "Memory": at_most(lambda limits: limits.memory_bytes),
    "MemorySwap": at_most(lambda limits: limits.memory_bytes),
    "MemoryReservation": is_number,
    "NanoCpus": at_most(lambda limits: limits.nano_cpus),
    "PidsLimit": at_most(lambda limits: limits.pids),
    "ShmSize": at_most(lambda limits: limits.shm_bytes),
    "CpuShares": is_number,
    "MaskedPaths": is_unset,
    "ReadonlyPaths": is_unset,
    "ContainerIDFile": is_empty,
    "VolumeDriver": is_empty,
    "VolumesFrom": is_empty,
    "Cgroup": is_empty,
    "CgroupParent": is_empty,
    "OomScoreAdj": is_empty,
    "OomKillDisable": is_empty,
    "Isolation": is_empty,
    "Devices": is_empty,
    "DeviceCgroupRules": is_empty,
    "DeviceRequests": is_empty,
    "Runtime": is_empty,
    "Sysctls": is_empty,
    "StorageOpt": is_empty,
    "Annotations": is_empty,
    "Capabilities": is_empty,
    "ConsoleSize": is_no_request,
    "MemorySwappiness": is_no_request,
    "KernelMemory": is_no_request,
    "KernelMemoryTCP": is_no_request,
    "BlkioWeight": is_no_request,
    "BlkioWeightDevice": is_empty,
    "BlkioDeviceReadBps": is_empty,
    "BlkioDeviceWriteBps": is_empty,
    "BlkioDeviceReadIOps": is_empty,
    "BlkioDeviceWriteIOps": is_empty,
    "CpuPeriod": is_no_request,
    "CpuQuota": is_no_request,
    "CpuRealtimePeriod": is_no_request,
    "CpuRealtimeRuntime": is_no_request,
    "CpusetCpus": is_empty,
    "CpusetMems": is_empty,
    "CpuCount": is_no_request,
    "CpuPercent": is_no_request,
    "IOMaximumIOps": is_no_request,
    "IOMaximumBandwidth": is_no_request,
}
"""Rules for `HostConfig`."""

_REQUIRED_HOST = (
    "CapDrop", "SecurityOpt", "Memory", "MemorySwap", "NanoCpus", "PidsLimit", "ShmSize",
    "LogConfig",
)  # fmt: skip
"""Without these a container would have the daemon's defaults, which are too wide."""


def check_body(body: Mapping[str, object], *, rules: Rules = DEFAULT_RULES) -> None:
    """Look at a body of `POST /containers/create` once more before it is sent.

    Raises:
        CommandRefusedError: `body_not_allowed`: it is not on the list, or a limit is missing.
    """
    host = body.get("HostConfig")
    if not isinstance(host, Mapping):
        raise refused("body_not_allowed", part="HostConfig")
    _check_keys({k: v for k, v in body.items() if k != "HostConfig"}, _BODY, rules, "")
    _check_keys(host, _HOST, rules, "HostConfig.")
    if not body.get("Image"):
        raise refused("body_not_allowed", part="Image")
    for key in _REQUIRED_HOST:
        if key not in host:
            raise refused("body_not_allowed", part=f"HostConfig.{key}")


def _check_keys(
    part: Mapping[str, object], table: Mapping[str, Rule], rules: Rules, prefix: str
) -> None:
    for key, value in part.items():
        rule = table.get(key)
        if rule is None or not rule(value, rules):
            raise refused("body_not_allowed", part=f"{prefix}{key}")
