"""`docker version`, `info`, `system df`: what the daemon tells of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from kb.commands.actions import ShowDiskUsage, ShowHelp, ShowInfo, ShowVersion
from server.sandbox.runner.job import Job, execute
from server.sandbox.runner.table import Row, columns
from server.sandbox.runner.template import print_object, print_rows
from server.sandbox.runner.units import binary_size, decimal_size, parse_time

USAGE_COLUMNS = columns(
    Type="TYPE", TotalCount="TOTAL", Active="ACTIVE", Size="SIZE", Reclaimable="RECLAIMABLE"
)


@execute.register
def show_help(action: ShowHelp, job: Job) -> int:
    """`docker --help`."""
    job.line(action.text.rstrip("\n"))
    return 0


@execute.register
def show_version(action: ShowVersion, job: Job) -> int:
    """`docker version`."""
    found: Mapping[str, Any] = job.client.version()
    sdk = version("docker")
    if action.short:
        job.line(f"Docker version {found['Version']}, build {found.get('GitCommit', '')}")
        return 0
    if action.format is not None:
        client = {"Version": sdk, "ApiVersion": job.client.api_version}
        return print_object(job, {"Client": client, "Server": found}, action.format)
    job.line("Client: Docker SDK for Python")
    job.line(f" Version:           {sdk}")
    job.line(f" API version:       {job.client.api_version}")
    job.line()
    for line in _server_lines(found):
        job.line(line)
    return 0


@execute.register
def show_info(action: ShowInfo, job: Job) -> int:
    """`docker info`."""
    found: Mapping[str, Any] = job.client.info()
    if action.format is not None:
        return print_object(job, found, action.format)
    job.line("Client: Docker SDK for Python")
    job.line(f" Version:    {version('docker')}")
    job.line()
    job.line("Server:")
    for line in _info_lines(found):
        job.line(f" {line}")
    for warning in found.get("Warnings") or []:
        job.error(str(warning))
    return 0


@execute.register
def show_disk_usage(action: ShowDiskUsage, job: Job) -> int:
    """`docker system df`."""
    found: Mapping[str, Any] = job.client.df()
    rows = [
        _image_usage(found.get("Images") or [], float(found.get("LayersSize") or 0)),
        _container_usage(found.get("Containers") or []),
        _volume_usage(found.get("Volumes") or []),
        _cache_usage(found.get("BuildCache") or []),
    ]
    return print_rows(job, USAGE_COLUMNS, rows, quiet=False, template=action.format)


def _server_lines(found: Mapping[str, Any]) -> list[str]:
    lines = [f"Server: {(found.get('Platform') or {}).get('Name', '')}".rstrip()]
    for component in found.get("Components") or []:
        details = dict(component.get("Details") or {})
        name = str(component["Name"])
        lines.append(f" {name}:")
        shown = [("Version", component.get("Version", ""))]
        if name == "Engine":
            shown += _engine_details(details)
            width = 17
        else:
            shown += [(key, value) for key, value in sorted(details.items())]
            width = 17
        lines += [f"  {key + ':':<{width}} {value}" for key, value in shown]
    return lines


def _engine_details(details: Mapping[str, str]) -> list[tuple[str, str]]:
    lowest = details.get("MinAPIVersion", "")
    return [
        ("API version", f"{details.get('ApiVersion', '')} (minimum version {lowest})"),
        ("Go version", details.get("GoVersion", "")),
        ("Git commit", details.get("GitCommit", "")),
        ("Built", _built(details.get("BuildTime", ""))),
        ("OS/Arch", f"{details.get('Os', '')}/{details.get('Arch', '')}"),
        ("Experimental", details.get("Experimental", "")),
    ]


def _built(text: str) -> str:
    from datetime import UTC, datetime

    when = parse_time(text)
    return f"{datetime.fromtimestamp(when, UTC):%a %b %e %H:%M:%S %Y}" if when else text


def _info_lines(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Containers: {found.get('Containers', 0)}",
        f" Running: {found.get('ContainersRunning', 0)}",
        f" Paused: {found.get('ContainersPaused', 0)}",
        f" Stopped: {found.get('ContainersStopped', 0)}",
        f"Images: {found.get('Images', 0)}",
        f"Server Version: {found.get('ServerVersion', '')}",
        f"Storage Driver: {found.get('Driver', '')}",
        *(f" {key}: {value}" for key, value in found.get("DriverStatus") or []),
        f"Logging Driver: {found.get('LoggingDriver', '')}",
        f"Cgroup Driver: {found.get('CgroupDriver', '')}",
        f"Cgroup Version: {found.get('CgroupVersion', '')}",
        "Plugins:",
        *_plugin_lines(found.get("Plugins") or {}),
        f"Swarm: {(found.get('Swarm') or {}).get('LocalNodeState', '')}",
        f"Runtimes: {' '.join(found.get('Runtimes') or {})}",
        f"Default Runtime: {found.get('DefaultRuntime', '')}",
        "Security Options:",
        *_security_lines(found.get("SecurityOptions") or []),
        f"Kernel Version: {found.get('KernelVersion', '')}",
        f"Operating System: {found.get('OperatingSystem', '')}",
        f"OSType: {found.get('OSType', '')}",
        f"Architecture: {found.get('Architecture', '')}",
        f"CPUs: {found.get('NCPU', 0)}",
        f"Total Memory: {binary_size(float(found.get('MemTotal') or 0))}",
        f"Name: {found.get('Name', '')}",
        f"ID: {found.get('ID', '')}",
        f"Docker Root Dir: {found.get('DockerRootDir', '')}",
        f"Debug Mode: {json.dumps(bool(found.get('Debug')))}",
    ]
    lines += _list_lines("Labels", found.get("Labels") or [])
    lines.append(f"Experimental: {json.dumps(bool(found.get('ExperimentalBuild')))}")
    registries: Mapping[str, Any] = found.get("RegistryConfig") or {}
    lines += _list_lines("Insecure Registries", registries.get("InsecureRegistryCIDRs") or [])
    lines += _list_lines("Registry Mirrors", registries.get("Mirrors") or [])
    lines.append(f"Live Restore Enabled: {json.dumps(bool(found.get('LiveRestoreEnabled')))}")
    return lines


def _list_lines(title: str, values: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f" {value}" for value in values)] if values else []


def _plugin_lines(plugins: Mapping[str, Any]) -> list[str]:
    kinds = ("Volume", "Network", "Log")
    return [f" {kind}: {' '.join(plugins.get(kind) or [])}" for kind in kinds]


def _security_lines(options: Sequence[str]) -> list[str]:
    lines = []
    for option in options:
        fields = dict(part.partition("=")[::2] for part in option.split(","))
        lines.append(f" {fields.pop('name', option)}")
        lines += [f"  {key.capitalize()}: {value}" for key, value in fields.items()]
    return lines


def _image_usage(images: Sequence[Mapping[str, Any]], total: float) -> Row:
    used = [each for each in images if int(each.get("Containers") or 0) > 0]
    in_use = sum(
        float(each["Size"]) - float(each["SharedSize"])
        for each in used
        if each.get("Size", -1) != -1 and each.get("SharedSize", -1) != -1
    )
    return _usage("Images", len(images), len(used), total, total - in_use)


def _container_usage(containers: Sequence[Mapping[str, Any]]) -> Row:
    alive = {"running", "paused", "restarting"}
    active = [each for each in containers if each.get("State") in alive]
    total = sum(float(each.get("SizeRw") or 0) for each in containers)
    busy = sum(float(each.get("SizeRw") or 0) for each in active)
    return _usage("Containers", len(containers), len(active), total, total - busy)


def _volume_usage(volumes: Sequence[Mapping[str, Any]]) -> Row:
    sizes = [each.get("UsageData") or {} for each in volumes]
    total = sum(max(0.0, float(each.get("Size") or 0)) for each in sizes)
    free = sum(float(each.get("Size") or 0) for each in sizes if each.get("RefCount") == 0)
    active = sum(int(each.get("RefCount") or 0) > 0 for each in sizes)
    return _usage("Local Volumes", len(volumes), active, total, free)


def _cache_usage(entries: Sequence[Mapping[str, Any]]) -> Row:
    total = sum(float(each.get("Size") or 0) for each in entries if not each.get("Shared"))
    active = [each for each in entries if each.get("InUse")]
    free = total - sum(float(each.get("Size") or 0) for each in active if not each.get("Shared"))
    row = _usage("Build Cache", len(entries), len(active), total, free)
    return {**row, "Reclaimable": decimal_size(free)}


def _usage(kind: str, count: int, active: int, total: float, free: float) -> Row:
    share = f" ({int(free * 100 / total)}%)" if total > 0 else ""
    return {
        "Type": kind,
        "TotalCount": str(count),
        "Active": str(active),
        "Size": decimal_size(total, digits=4),
        "Reclaimable": decimal_size(free, digits=4) + share,
    }
