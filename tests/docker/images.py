"""Small images of our own that behave like the ones they are named after, as far as notes go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

POSTGRES = """#!/bin/sh
if [ -z "$POSTGRES_PASSWORD" ]; then
  echo "Error: Database is uninitialized and superuser password is not specified." >&2
  exit 1
fi
mkdir -p /var/lib/postgresql/data /www
echo "it works" > /www/index.html
httpd -p 8080 -h /www
echo 'LOG:  listening on IPv4 address "0.0.0.0", port 5432'
echo "LOG:  database system is ready to accept connections" >&2
trap 'echo "LOG:  shutting down"; exit 0' TERM INT
while true; do sleep 1 & wait $!; done
"""
SERVICE = """#!/bin/sh
echo "$0 started"
trap 'exit 0' TERM INT
while true; do sleep 1 & wait $!; done
"""
PIP = """#!/bin/sh
test "$1" = install || { echo "ERROR: unknown command $1" >&2; exit 1; }
while read -r requirement; do echo "Collecting $requirement"; done < "$4"
echo "Successfully installed"
"""
PYTHON = """#!/bin/sh
echo "running $*"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestImage:
    """An image in the registry: busybox with a few scripts."""

    __test__ = False

    name: str
    """Repository and tag in the registry: `library/postgres:latest`."""
    scripts: Mapping[str, str] = field(default_factory=dict)
    """Executable files by path, without the leading `/`."""
    config: Mapping[str, object] = field(default_factory=dict)


def _service(name: str) -> TestImage:
    program = f"usr/bin/{name.rpartition('/')[2].partition(':')[0]}"
    return TestImage(name=name, scripts={program: SERVICE}, config={"Cmd": [f"/{program}"]})


IMAGES = (
    TestImage(name="library/alpine:latest"),
    TestImage(name="library/alpine:3.20"),
    TestImage(name="library/ubuntu:latest"),
    TestImage(
        name="library/hello-world:latest",
        scripts={"hello": "#!/bin/sh\necho 'Hello from Docker!'\n"},
        config={"Cmd": ["/hello"]},
    ),
    TestImage(
        name="library/postgres:latest",
        scripts={"usr/bin/postgres": POSTGRES},
        config={
            "Cmd": ["postgres"],
            "ExposedPorts": {"5432/tcp": {}},
            "Volumes": {"/var/lib/postgresql/data": {}},
        },
    ),
    *(
        TestImage(
            name=f"library/python:{tag}",
            scripts={"usr/bin/python": PYTHON, "usr/bin/pip": PIP},
            config={"Cmd": ["python"]},
        )
        for tag in ("3.6", "latest")
    ),
    _service("bitnami/kafka:latest"),
    _service("confluentinc/cp-zookeeper:latest"),
    _service("confluentinc/cp-kafka:latest"),
    _service("library/redis:latest"),
    _service("library/nginx:latest"),
)
