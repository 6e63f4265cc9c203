#!/bin/sh
# The sandbox daemon in a container of its own (Dockerfile, target `sandbox`).
# Its API is a Unix socket in a shared volume and no port: a container that could reach the API
# would own the daemon.
set -eu

cgroups=/sys/fs/cgroup
if [ -f "$cgroups/cgroup.controllers" ]; then
  mount -o remount,bind,rw "$cgroups"
  # A group with children may hold no process of its own.
  mkdir -p "$cgroups/init"
  xargs -rn1 < "$cgroups/cgroup.procs" > "$cgroups/init/cgroup.procs" 2>/dev/null || true
  sed 's/ / +/g; s/^/+/' < "$cgroups/cgroup.controllers" > "$cgroups/cgroup.subtree_control"
else
  for group in "$cgroups"/*/; do
    mount -o remount,bind,rw "$group" 2>/dev/null || true
  done
fi

# Private, link-local (cloud metadata), carrier and reserved addresses are not reached, neither by
# containers nor by the daemon: not the machine, not its network, not the app. Public ones are.
out=$(ip -4 route show default 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
out=${out:-eth0}
iptables -N KB-OUT
for range in 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 \
  192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3; do
  iptables -A KB-OUT -d "$range" -j REJECT
done
# The daemon itself may ask the network's own resolver for names.
iptables -A OUTPUT -o "$out" -p udp --dport 53 -j ACCEPT
iptables -A OUTPUT -o "$out" -p tcp --dport 53 -j ACCEPT
iptables -A OUTPUT -o "$out" -m conntrack --ctstate NEW -j KB-OUT
iptables -N DOCKER-USER
iptables -A DOCKER-USER -o "$out" -m conntrack --ctstate NEW -j KB-OUT
# Containers of the sandbox get nothing from the sandbox itself.
iptables -A INPUT ! -i lo -m conntrack --ctstate NEW -j DROP
if [ "${KB_SANDBOX_EGRESS:-internet}" = none ]; then
  iptables -I DOCKER-USER -o "$out" -m conntrack --ctstate NEW -j REJECT
fi
ip6tables -P FORWARD DROP 2>/dev/null || true
ip6tables -A OUTPUT ! -o lo -j REJECT 2>/dev/null || true

rm -f /var/run/docker.pid
exec dockerd --host unix:///run/sandbox/docker.sock --group 1000 \
  --label "kb.sandbox=${KB_SANDBOX_ID:-compose}" "$@"
