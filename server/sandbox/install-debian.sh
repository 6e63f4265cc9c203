#!/bin/sh
# Installs Debian packages unless their programs are there already.
#   install-debian.sh "PROGRAM ..." PACKAGE ...
# Docker's own service is kept from starting: the sandbox starts a daemon of its own, and this
# machine's services are not its business. Never fails: what is missing is said in one line.
set -u
programs=$1
shift
PATH=$PATH:/usr/sbin:/sbin

missing=
for program in $programs; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "Not here:$missing. Questions are answered without; for running commands install Docker Engine (on Debian or Ubuntu as root: apt-get install $*)."
  exit 0
fi

echo "Installing$missing (Debian packages: $*); the system's docker service stays off."
had_service=no
if command -v systemctl >/dev/null 2>&1 && systemctl cat docker.service >/dev/null 2>&1; then
  had_service=yes
fi
if [ "$had_service" = no ] && command -v systemctl >/dev/null 2>&1; then
  systemctl mask docker.service docker.socket containerd.service >/dev/null 2>&1 || true
fi
policy=/usr/sbin/policy-rc.d
own_policy=no
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && own_policy=yes
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
  || echo "The packages could not be installed: the programs$missing are still not here."
[ "$own_policy" = no ] || rm -f "$policy"
exit 0
