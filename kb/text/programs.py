"""The programs that notes call, and the sub-commands of those that have some."""

from __future__ import annotations

from typing import Final

PROGRAMS: Final = frozenset(
    "apt apt-get awk az aws bash brew cargo cat cd chmod chown choco conda cp crontab curl cut df"
    " dig dnf docker docker-compose docker-machine du dpkg echo env export ffmpeg find firewall-cmd"
    " free gcloud git go gradle grep gunzip gzip head helm htop iptables ip ipconfig java"
    " journalctl jq kill killall kubectl less ln ls lsblk lsof make man minikube mkdir mount mv mvn"
    " mysql mysqldump nano nc net netsh netstat nginx nmap node npm npx nslookup openssl pacman"
    " pg_dump pg_dumpall pg_restore ping pip pip3 pipx pkill podman poetry ps psql pwd py pytest"
    " python"
    " python3 redis-cli rm rsync ruff scoop scp screen sed service sh snap sort source ss ssh"
    " ssh-add ssh-copy-id ssh-keygen sudo su sysctl systemctl tail tar tee telnet terraform tmux"
    " top touch traceroute tree ufw umount uname unzip uv uvicorn vagrant vi vim virtualenv wget"
    " which whoami winget wsl xargs yarn yum zip".split()
)
WITH_SUBCOMMANDS: Final = frozenset(
    "apt apt-get az aws brew cargo choco conda dnf docker docker-compose gcloud git go helm kubectl"
    " minikube net npm pip pip3 pipx podman poetry service snap systemctl terraform tmux uv vagrant"
    " winget yarn yum".split()
)
DOCKER_GROUPS: Final = frozenset(
    "builder buildx compose config container context image manifest network node plugin secret"
    " service stack swarm system trust volume".split()
)
GIT_GROUPS: Final = frozenset("bisect remote stash submodule worktree".split())
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
WITHIN_GROUPS: Final = frozenset(
    "build connect create demote df disconnect down events exec export history import info init"
    " inspect join kill leave load logs ls port promote ps prune pull push rename restart rm run"
    " save scale set show start stats stop tag top up update use".split()
)
"""What follows the name of a group of docker's commands (`docker volume ls`)."""
_SAME: Final = {"pip3": "pip", "pipx": "pip", "apt-get": "apt", "dnf": "apt", "podman": "docker"}
_SUBCOMMANDS_OF: Final = {name: frozenset(words.split()) for name, words in _SUBCOMMANDS.items()}
COMPOSE_COMMANDS: Final = _SUBCOMMANDS_OF["docker-compose"] | {"scale"}
"""What `docker-compose` is called with; `scale`, an old one, too."""


def subcommands_of(program: str) -> frozenset[str] | None:
    """Return the sub-commands of a program that are known; None of a program without any."""
    return _SUBCOMMANDS_OF.get(_SAME.get(program, program))
