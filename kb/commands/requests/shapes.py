"""The body of `POST /containers/create` as the Docker Engine API (version 1.41) has it.

What a command may not choose is no key here.
"""

from __future__ import annotations

from typing import TypedDict


class LogConfig(TypedDict):
    """`HostConfig.LogConfig`."""

    Type: str
    Config: dict[str, str]


class RestartPolicyBody(TypedDict):
    """`HostConfig.RestartPolicy`."""

    Name: str
    MaximumRetryCount: int


class PortBody(TypedDict):
    """One entry of `HostConfig.PortBindings`."""

    HostIp: str
    HostPort: str


class UlimitBody(TypedDict):
    """One entry of `HostConfig.Ulimits`."""

    Name: str
    Soft: int
    Hard: int


class HealthBody(TypedDict, total=False):
    """`Healthcheck`."""

    Test: list[str]
    Interval: int
    Timeout: int
    StartPeriod: int
    Retries: int


class HostConfig(TypedDict, total=False):
    """`HostConfig`, only with keys that may be sent."""

    Binds: list[str]
    Tmpfs: dict[str, str]
    NetworkMode: str
    PortBindings: dict[str, list[PortBody]]
    PublishAllPorts: bool
    RestartPolicy: RestartPolicyBody
    AutoRemove: bool
    CapAdd: list[str]
    CapDrop: list[str]
    Dns: list[str]
    DnsOptions: list[str]
    DnsSearch: list[str]
    ExtraHosts: list[str]
    GroupAdd: list[str]
    Links: list[str]
    IpcMode: str
    LogConfig: LogConfig
    Privileged: bool
    ReadonlyRootfs: bool
    SecurityOpt: list[str]
    ShmSize: int
    CpuShares: int
    NanoCpus: int
    Memory: int
    MemoryReservation: int
    MemorySwap: int
    PidsLimit: int
    Ulimits: list[UlimitBody]
    Init: bool


class EndpointBody(TypedDict, total=False):
    """One entry of `NetworkingConfig.EndpointsConfig`."""

    Aliases: list[str]


class NetworkingBody(TypedDict):
    """`NetworkingConfig`."""

    EndpointsConfig: dict[str, EndpointBody]


class CreateBody(TypedDict, total=False):
    """The body of `POST /containers/create`."""

    Image: str
    Cmd: list[str]
    Entrypoint: list[str]
    Hostname: str
    Domainname: str
    User: str
    WorkingDir: str
    Env: list[str]
    Labels: dict[str, str]
    ExposedPorts: dict[str, dict[str, str]]
    Volumes: dict[str, dict[str, str]]
    AttachStdin: bool
    AttachStdout: bool
    AttachStderr: bool
    OpenStdin: bool
    StdinOnce: bool
    Tty: bool
    StopSignal: str
    StopTimeout: int
    Healthcheck: HealthBody
    HostConfig: HostConfig
    NetworkingConfig: NetworkingBody
