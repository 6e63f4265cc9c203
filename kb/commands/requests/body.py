"""A container as the Docker Engine API wants it, with the sandbox's limits put in.

What a command may not choose is no key of the body's types (`shapes`), so a body made here cannot
hold it; `check` looks at it once more.
"""

from __future__ import annotations

from collections.abc import Mapping

from kb.commands.container.confinement import kept_capabilities
from kb.commands.container.spec import ContainerSpec, HealthCheck, TmpfsMount, VolumeMount
from kb.commands.limits import DEFAULT_RULES, Limits, Rules
from kb.commands.requests.shapes import CreateBody, HealthBody, HostConfig, PortBody


def create_body(
    spec: ContainerSpec,
    *,
    host_ip: str,
    labels: Mapping[str, str] | None = None,
    detach: bool = False,
    remove: bool = False,
    rules: Rules = DEFAULT_RULES,
) -> CreateBody:
    """Return the hardened body of `POST /containers/create?name=<spec.name>`.

    Args:
        spec: The container.
        host_ip: The sandbox's address that ports are published at.
        labels: The sandbox's own labels.
        detach: Nobody listens to the output (`-d`).
        remove: Let the daemon remove the container when it has ended (`AutoRemove`).
        rules: The limits to put in.
    """
    body: CreateBody = {
        "Image": spec.image,
        "AttachStdin": False,
        "AttachStdout": not detach and "stdout" in spec.attach,
        "AttachStderr": not detach and "stderr" in spec.attach,
        "OpenStdin": spec.stdin_open,
        "StdinOnce": False,
        "Tty": spec.tty,
        "Env": [f"{name}={value}" for name, value in spec.env],
        "Labels": dict(spec.labels) | dict(labels or {}),
        "HostConfig": _host_config(spec, host_ip, rules.limits, remove=remove),
    }
    _add_process(body, spec)
    _add_endpoints(body, spec)
    return body


def _add_process(body: CreateBody, spec: ContainerSpec) -> None:
    if spec.command:
        body["Cmd"] = list(spec.command)
    if spec.entrypoint is not None:
        body["Entrypoint"] = list(spec.entrypoint)
    if spec.workdir:
        body["WorkingDir"] = spec.workdir
    if spec.user:
        body["User"] = spec.user
    if spec.stop_signal:
        body["StopSignal"] = spec.stop_signal
    if spec.stop_timeout_s is not None:
        body["StopTimeout"] = spec.stop_timeout_s
    if spec.health:
        body["Healthcheck"] = _health(spec.health)
    if anonymous := [mount.target for mount in spec.volumes if _is_anonymous(mount)]:
        body["Volumes"] = {target: {} for target in anonymous}


def _is_anonymous(mount: VolumeMount) -> bool:
    return mount.volume is None


def _add_endpoints(body: CreateBody, spec: ContainerSpec) -> None:
    net = spec.networking
    if net.hostname:
        body["Hostname"] = net.hostname
    if net.domainname:
        body["Domainname"] = net.domainname
    ports = [f"{port.container_port}/{port.protocol}" for port in net.ports]
    if exposed := dict.fromkeys([*ports, *net.expose]):
        body["ExposedPorts"] = {port: {} for port in exposed}
    if net.network and net.aliases:
        body["NetworkingConfig"] = {
            "EndpointsConfig": {net.network: {"Aliases": list(net.aliases)}}
        }


def _health(check: HealthCheck) -> HealthBody:
    if check.disable:
        return {"Test": ["NONE"]}
    body: HealthBody = {}
    if check.command is not None:
        body["Test"] = ["CMD-SHELL", check.command]
    if check.interval_ns is not None:
        body["Interval"] = check.interval_ns
    if check.timeout_ns is not None:
        body["Timeout"] = check.timeout_ns
    if check.start_period_ns is not None:
        body["StartPeriod"] = check.start_period_ns
    if check.retries is not None:
        body["Retries"] = check.retries
    return body


def _host_config(spec: ContainerSpec, host_ip: str, limits: Limits, *, remove: bool) -> HostConfig:
    memory = spec.resources.memory_bytes or limits.memory_bytes
    log_size = spec.log_max_size or str(limits.log_bytes)
    config: HostConfig = {
        "AutoRemove": remove,
        "Privileged": False,
        "PublishAllPorts": spec.networking.publish_all,
        "ReadonlyRootfs": spec.read_only,
        "Init": spec.init,
        "IpcMode": "private",
        "NetworkMode": spec.networking.network or "default",
        "SecurityOpt": ["no-new-privileges"],
        "CapDrop": ["ALL"],
        "CapAdd": kept_capabilities(limits, added=spec.cap_add, dropped=spec.cap_drop),
        "LogConfig": {"Type": "json-file", "Config": {"max-size": log_size, "max-file": "1"}},
        "RestartPolicy": {
            "Name": spec.restart.name, "MaximumRetryCount": spec.restart.max_retries,
        },
        "Memory": memory,
        "MemorySwap": memory,
        "NanoCpus": spec.resources.nano_cpus or limits.nano_cpus,
        "PidsLimit": spec.resources.pids or limits.pids,
        "ShmSize": spec.resources.shm_bytes or limits.shm_bytes,
    }  # fmt: skip
    _add_resources(config, spec)
    _add_network(config, spec, host_ip)
    _add_mounts(config, spec)
    return config


def _add_resources(config: HostConfig, spec: ContainerSpec) -> None:
    if spec.resources.memory_reservation_bytes:
        config["MemoryReservation"] = spec.resources.memory_reservation_bytes
    if spec.resources.cpu_shares:
        config["CpuShares"] = spec.resources.cpu_shares
    if spec.resources.ulimits:
        config["Ulimits"] = [
            {"Name": limit.name, "Soft": limit.soft, "Hard": limit.hard}
            for limit in spec.resources.ulimits
        ]
    if spec.groups:
        config["GroupAdd"] = list(spec.groups)


def _add_network(config: HostConfig, spec: ContainerSpec, host_ip: str) -> None:
    net = spec.networking
    bindings: dict[str, list[PortBody]] = {}
    for port in net.ports:
        host_port = "" if port.host_port is None else str(port.host_port)
        key = f"{port.container_port}/{port.protocol}"
        bindings.setdefault(key, []).append({"HostIp": host_ip, "HostPort": host_port})
    if bindings:
        config["PortBindings"] = bindings
    if net.dns:
        config["Dns"] = list(net.dns)
    if net.dns_search:
        config["DnsSearch"] = list(net.dns_search)
    if net.extra_hosts:
        config["ExtraHosts"] = list(net.extra_hosts)
    if net.links:
        config["Links"] = list(net.links)


def _add_mounts(config: HostConfig, spec: ContainerSpec) -> None:
    binds = [_bind(mount) for mount in spec.volumes if not _is_anonymous(mount)]
    if binds:
        config["Binds"] = binds
    if spec.tmpfs:
        config["Tmpfs"] = {mount.target: _tmpfs_options(mount) for mount in spec.tmpfs}


def _bind(mount: VolumeMount) -> str:
    modes = [*(["ro"] if mount.read_only else []), *(["nocopy"] if mount.no_copy else [])]
    return ":".join([mount.volume or "", mount.target, *([",".join(modes)] if modes else [])])


def _tmpfs_options(mount: TmpfsMount) -> str:
    options = [f"size={mount.size_bytes}", *mount.options]
    if mount.mode is not None:
        options.append(f"mode={mount.mode:o}")
    return ",".join(options)
