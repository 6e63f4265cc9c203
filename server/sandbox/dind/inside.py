"""What runs in the container: dockerd's command line, and the script that prepares its place.

The script asks only for a shell, `mount` and `iptables`, and so does not depend on the image's own
entry point. It replaces `--privileged`, step by step:

- the control groups of the container's own namespace become writable, so that every container
  inside lies below the container's own group and its limits;
- of the kernel's settings only those of the container's own network become writable;
- a fresh `proc` and `sysfs`, seen by nobody, let the kernel allow those of a user namespace
  (`mount_too_revealing` in fs/namespace.c): the root of a container inside is nobody outside it.
"""

from __future__ import annotations

import shlex
from urllib.parse import urlsplit

from server.sandbox.dind.port_slots import CHAIN
from server.sandbox.egress import (
    Egress,
    container_rules,
    daemon_rules,
    loopback_mirror,
    mirror_address,
    mirror_rule,
)

API_PORT = 2376
FOLDER = "kb-sandbox"
"""Folder of the script and the certificates in the container's root."""
SCRIPT = f"/{FOLDER}/start.sh"
PATH_FILE = f"/{FOLDER}/path"
"""Where the script leaves its search path, with the iptables of this kernel on it."""
_INNER_NETWORKS = "10.214.0.0/16"
"""Where the containers' networks lie. Docker's own choice, 172.17.0.0/16, is the engine's too: its
machine could not be reached from inside."""
ENGINE_ALIAS = "host.docker.internal"
"""The name under which a container reaches the engine's machine."""

_PREPARE = """\
set -u
say() { echo "kb-sandbox: $*" >&2; }

# Control groups: writable, and with version 2 free of processes at the root, as it demands.
for each in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  mount -o remount,bind,rw "$each" 2>/dev/null
done
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init || say "the control groups are not writable"
  for each in $(cat /sys/fs/cgroup/cgroup.procs); do
    echo "$each" >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null
  done
  for each in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$each" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null
  done
fi

# The settings of this network alone.
mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,rw /proc/sys/net \\
  || say "the network's settings are not writable"
for each in all default; do
  echo 1 2>/dev/null >"/proc/sys/net/ipv6/conf/$each/disable_ipv6"
done

# iptables as this kernel has it.
if ! iptables -w -nL >/dev/null 2>&1; then
  if [ -d /usr/local/sbin/.iptables-legacy ]; then
    PATH="/usr/local/sbin/.iptables-legacy:$PATH"
  elif command -v iptables-legacy >/dev/null; then
    mkdir -p /run/legacy
    ln -sf "$(command -v iptables-legacy)" /run/legacy/iptables
    ln -sf "$(command -v ip6tables-legacy)" /run/legacy/ip6tables
    PATH="/run/legacy:$PATH"
  fi
  export PATH
fi

# Users: root inside a container is nobody here.
if [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0)" -gt 0 ]; then
  mkdir -p /kb-sandbox/proc /kb-sandbox/sys
  mount -t proc proc /kb-sandbox/proc && mount -t sysfs sysfs /kb-sandbox/sys \\
    && set -- "$@" --userns-remap=default
  grep -q '^dockremap:' /etc/passwd || echo 'dockremap:x:231072:231072::/:/bin/false' >>/etc/passwd
  grep -q '^dockremap:' /etc/group || echo 'dockremap:x:231072:' >>/etc/group
  for each in /etc/subuid /etc/subgid; do
    grep -q '^dockremap:' "$each" 2>/dev/null || echo 'dockremap:500000:65536' >>"$each"
  done
fi

# What containers and dockerd itself may reach; dockerd keeps what stands in these chains.
iptables -w -N DOCKER-USER || { say "there is no iptables"; exit 1; }
"""

_SLOTS = f"""\

# From a slot to a published port (port_slots.py): before dockerd's own rules, which come after.
iptables -w -t nat -N {CHAIN} && iptables -w -t nat -A PREROUTING -i eth0 -j {CHAIN} || exit 1
echo "$PATH" >{PATH_FILE}
"""

_RUN = """\

# As the first process: collect what has ended, pass a stop on, end with dockerd.
dockerd "$@" &
daemon=$! code=1
trap 'kill -TERM "$daemon"' TERM INT
while kill -0 "$daemon" 2>/dev/null; do wait "$daemon"; code=$?; done
exit "$code"
"""


def start_script(egress: Egress, mirror: str) -> str:
    """Return the shell script that is the container's first process.

    Args:
        egress: How far containers reach.
        mirror: URL of a registry mirror; may be empty.
    """
    chains = [("DOCKER-USER", rule) for rule in container_rules(egress)]
    chains += [("OUTPUT", rule) for rule in daemon_rules()]
    rules = [f"iptables -w -A {chain} {shlex.join(rule)} || exit 1" for chain, rule in chains]
    if address := mirror_address(mirror_inside(mirror)):
        rule = shlex.join(mirror_rule(*address))
        rules.append(f"iptables -w -I OUTPUT {rule} || say 'the mirror is not known by name'")
    return _PREPARE + "\n".join(rules) + "\n" + _SLOTS + _RUN


def dockerd_arguments(*, label: str, mirror: str) -> list[str]:
    """Return what dockerd is told.

    Args:
        label: By which it is known to be the sandbox.
        mirror: URL of a registry mirror; may be empty.
    """
    arguments = [
        f"--host=tcp://0.0.0.0:{API_PORT}",
        "--tlsverify",
        f"--tlscacert=/{FOLDER}/ca.pem",
        f"--tlscert=/{FOLDER}/server.pem",
        f"--tlskey=/{FOLDER}/server-key.pem",
        f"--label={label}",
        f"--default-address-pool=base={_INNER_NETWORKS},size=24",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        "--log-driver=json-file",
        "--log-opt=max-size=10m",
        "--log-opt=max-file=2",
        "--no-new-privileges",
    ]
    if mirror:
        inside = mirror_inside(mirror)
        arguments.append(f"--registry-mirror={inside}")
        if inside.startswith("http://"):
            arguments.append(f"--insecure-registry={urlsplit(inside).netloc}")
    return arguments


def mirror_inside(url: str) -> str:
    """Return a mirror's URL as the container reaches it: its own loopback is not the machine's."""
    port = loopback_mirror(url)
    if not port:
        return url
    return urlsplit(url)._replace(netloc=f"{ENGINE_ALIAS}:{port}").geturl()
