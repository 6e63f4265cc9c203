"""The `managed` driver: a dockerd of our own, in namespaces of its own.

`driver` runs in the server and needs no rights. It starts `supervisor`, the only privileged part,
which makes the cgroup, the network and the namespaces, and starts `init` in them: the first process
of the new process namespace, which builds a minimal root and runs dockerd. When the server, the
supervisor or `init` ends, however it ends, the kernel ends everything below it.
"""
