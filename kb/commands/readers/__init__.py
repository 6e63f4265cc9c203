"""From an invocation to the typed action that it asks for: a reader for each command.

A reader takes the invocation and this installation's rules, and adds to the notes what it changes
for safety; it copies nothing that it does not know. `options` has what several commands share.
"""

from __future__ import annotations

from collections.abc import Callable

from kb.commands.actions import Action
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.readers import containers, images, listings, objects, run
from kb.commands.readers.compose import read_compose
from kb.commands.texts import Saying

Reader = Callable[[Invocation, Rules, list[Saying]], Action]

_READERS: dict[str, Reader] = {
    "ps": listings.read_ps,
    "images": listings.read_images,
    "info": listings.read_info,
    "version": listings.read_version,
    "pull": images.read_pull,
    "build": images.read_build,
    "run": run.read_run,
    "create": run.read_create,
    "start": containers.read_start,
    "stop": containers.read_stop,
    "restart": containers.read_restart_command,
    "kill": containers.read_kill,
    "pause": containers.read_pause,
    "unpause": containers.read_unpause,
    "wait": containers.read_wait,
    "rm": containers.read_rm,
    "rmi": images.read_rmi,
    "rename": containers.read_rename,
    "tag": images.read_tag,
    "history": images.read_history,
    "diff": containers.read_diff,
    "commit": images.read_commit,
    "logs": containers.read_logs,
    "exec": run.read_exec,
    "inspect": listings.read_inspect,
    "container inspect": listings.read_inspect,
    "image inspect": listings.read_inspect,
    "volume inspect": listings.read_inspect,
    "network inspect": listings.read_inspect,
    "top": containers.read_top,
    "port": containers.read_port,
    "stats": containers.read_stats,
    "volume ls": listings.read_volume_ls,
    "volume create": objects.read_volume_create,
    "volume rm": objects.read_volume_rm,
    "network ls": listings.read_network_ls,
    "network create": objects.read_network_create,
    "network rm": objects.read_network_rm,
    "network connect": objects.read_connect,
    "network disconnect": objects.read_disconnect,
    "system df": listings.read_df,
    "volume prune": objects.read_prune,
    "network prune": objects.read_prune,
    "system prune": objects.read_prune,
    "container prune": objects.read_prune,
    "image prune": objects.read_prune,
    "builder prune": objects.read_prune,
}


def offered_commands() -> frozenset[str]:
    """Return the commands that have a reader of their own; those of Compose share one."""
    return frozenset(_READERS)


def find_reader(path: str) -> Reader | None:
    """Return the reader of a command (`volume ls`); None where it is not offered."""
    return _READERS.get(path) or (read_compose if path.startswith("compose ") else None)
