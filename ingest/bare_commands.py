"""Recognising a command that begins a line and is explained after it, without a mark of code.

A cheat sheet is often typed as plain text: `docker ps -a - all of them`. Many programs are called
like a word (`find`, `make`), and many notes explain terms in the same way (`docker compose - a
tool`), so a line needs a sign that its head is meant to be typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.inline import plain_text
from ingest.shell import DOCKER_GROUPS, is_command

_HEAD: Final = re.compile(r"(?P<head>[a-z]\S{0,40} \S.{0,400}?)(?:\s+(?:[-–—]|->|→|=>)|:)\s+\S")
_FLAG: Final = re.compile(r"\s--?[A-Za-z]")
_PATH: Final = re.compile(r"\s\S*[/.*$~<\"'|@]")
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_BRACKETED: Final = re.compile(r"<[^<>]*>")
_NO_WORDS: Final = frozenset(
    "chmod chown cp crontab df dnf du gunzip gzip ifconfig journalctl killall ls lsof lsblk mkdir"
    " mv mysqldump nslookup pg_dump pg_dumpall pg_restore pkill ps pwd rm rsync scp ssh-add"
    " ssh-copy-id ssh-keygen umount unzip wget whoami xargs".split()
)
"""Programs that are called like no word, and by no one but to run them."""
_SUBCOMMANDS: Final = {
    "docker": "attach build commit cp create diff events exec export history images import info"
    " inspect kill load login logout logs pause port ps pull push rename restart rm rmi run save"
    " search start stats stop tag top unpause update version wait",
    "docker-compose": "build config create down events exec images kill logs pause port ps pull"
    " push restart rm run start stop top unpause up",
    "git": "add am apply bisect blame branch checkout cherry-pick clean clone commit config"
    " describe diff fetch format-patch gc grep init log merge mv pull push rebase reflog remote"
    " reset restore revert rm shortlog show stash status submodule switch tag worktree",
    "kubectl": "apply attach cordon cp create delete describe drain edit exec explain expose get"
    " logs port-forward replace rollout run scale set taint top uncordon wait",
    "systemctl": "cat daemon-reload disable edit enable is-active is-enabled kill list-timers"
    " list-units mask reload reset-failed restart show start status stop unmask",
    "npm": "audit ci exec init install link list ls outdated pack publish run start test uninstall"
    " update version view",
    "yarn": "add build dev global init install remove run start test upgrade why",
    "pip": "cache check download freeze install list show uninstall wheel",
    "apt": "autoremove install list purge remove search show update upgrade",
    "brew": "cleanup install list search services uninstall update upgrade",
    "cargo": "add build check clean clippy fmt install new publish run test update",
    "helm": "create dependency get history install lint list package pull repo rollback search show"
    " status template test uninstall upgrade",
    "terraform": "apply destroy fmt import init output plan refresh show state taint validate",
    "tmux": "attach detach kill-server kill-session ls new new-session",
    "vagrant": "destroy halt init provision reload resume ssh status suspend up",
    "minikube": "addons dashboard delete ip profile service ssh start status stop tunnel",
    "poetry": "add build init install lock publish remove run shell show update",
    "uv": "add init lock pip python remove run sync tool tree venv",
}
_WITHIN_GROUPS: Final = frozenset(
    "build connect create demote df disconnect down events exec export history import info init"
    " inspect join kill leave load logs ls port promote ps prune pull push rename restart rm run"
    " save scale set show start stats stop tag top up update use".split()
)
"""What follows the name of a group of docker's commands (`docker volume ls`)."""
_SAME: Final = {"pip3": "pip", "pipx": "pip", "apt-get": "apt", "dnf": "apt", "podman": "docker"}
_SUBCOMMANDS_OF: Final = {name: frozenset(words.split()) for name, words in _SUBCOMMANDS.items()}


def command_at_head(line: str) -> str:
    """Return the command that a line begins with and then explains; empty where it does not.

    `docker stop web - stops it`, `ssh-add -D: forget all keys` and `git stash pop -> back` do.
    `docker compose - a tool` and `make sure - twice` do not.
    """
    match = _HEAD.match(line)
    if match is None:
        return ""
    head = match["head"].rstrip()
    return head if is_command(plain_text(head)) and _is_typed(head) else ""


def _is_typed(head: str) -> bool:
    program, *words = head.removeprefix("sudo ").split()
    known = _SUBCOMMANDS_OF.get(_SAME.get(program, program))
    if known is not None:
        return _begins_with(known, words)
    if _FOREIGN.search(_BRACKETED.sub("", head)):
        return False
    return program in _NO_WORDS or bool(_FLAG.search(head) or _PATH.search(head))


def _begins_with(known: frozenset[str], words: Sequence[str]) -> bool:
    if words[:1] and words[0] in DOCKER_GROUPS - known:
        known, words = _WITHIN_GROUPS, words[1:]
    return bool(words) and words[0] in known
