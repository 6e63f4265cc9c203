"""What the server tells the supervisor, and the supervisor tells `init`: one JSON object each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from server.sandbox.egress import Egress
from server.sandbox.identity import label_of, short_sandbox_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one process tells another."""

    def to_json(self) -> str:
        """Return one line of JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorConfig(_Told):
    """Everything the supervisor is told."""

    sandbox_id: str
    """UUID of the sandbox; names its network device, firewall chains and cgroup."""
    data_dir: str
    """Folder of the daemon's data image, or of its data where no image can be mounted."""
    run_dir: str
    """Folder of the socket; short, since a socket's path holds 107 bytes at most."""
    dockerd: str
    owner_uid: int
    owner_gid: int
    memory_bytes: int
    cpus: float
    pids: int
    disk_bytes: int
    mirror: str = ""
    egress: Egress = "internet"

    @property
    def short_sandbox_id(self) -> str:
        """The first eight hexadecimal digits of the id."""
        return short_sandbox_id(self.sandbox_id)

    @property
    def socket_path(self) -> str:
        """Where dockerd listens."""
        return f"{self.run_dir}/docker.sock"

    @property
    def label(self) -> str:
        """The label by which the daemon is known to be the sandbox."""
        return label_of(self.sandbox_id)

    @classmethod
    def from_json(cls, line: str) -> SupervisorConfig:
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is no such object.
        """
        try:
            return cls(**json.loads(line))
        except TypeError as error:
            raise ValueError(f"not a supervisor's configuration: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The network as `init` must set it up on its side."""

    host_ip: str
    """The host's end of the link; the default gateway."""
    sandbox_ip: str
    """The sandbox's end; published ports are reached here."""
    prefix: int
    resolvers: tuple[str, ...]
    mirror_ip: str = ""
    """Address of a mirror in a private range that the daemon alone may reach."""
    mirror_port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOrder(_Told):
    """What `init` is told once the network stands."""

    config: SupervisorConfig
    wiring: Wiring
    cgroup_parent: str
    """For `--cgroup-parent`."""

    @classmethod
    def from_json(cls, line: str) -> InitOrder:
        """Read what `to_json` wrote."""
        fields = json.loads(line)
        wiring = fields["wiring"]
        return cls(
            config=SupervisorConfig(**fields["config"]),
            wiring=Wiring(**{**wiring, "resolvers": tuple(wiring["resolvers"])}),
            cgroup_parent=fields["cgroup_parent"],
        )
