"""The files that a note brings along for a build or a Compose project."""

from __future__ import annotations

import pytest

from kb.model import LineRange, NoteId
from server.note_context import COMPOSE_FILE, DOCKERFILE, NoteContext
from tests.fakes import FakeNotes

NOTE = NoteId("n.md")
SOURCE = """# Build

Old one:

```dockerfile
FROM debian:11
```

Put this into Dockerfile:

```
# the base
FROM debian:12
COPY app.py /app.py
```

app.py:

```python
print("hi")
```

Then `docker build -t app .`

```yaml
version: "3"
services:
  web:
    image: nginx
```

```bash
docker-compose up -d
```
"""
BUILD_LINE = SOURCE.split("\n").index("Then `docker build -t app .`") + 1


def files_for(text: str, line: int) -> dict[str, bytes] | None:
    context = NoteContext(FakeNotes({NOTE: SOURCE}))
    return context.files_for(NOTE, LineRange(start=line, end=line), text)


def test_the_nearest_dockerfile_is_taken() -> None:
    files = files_for("docker build -t app .", BUILD_LINE)
    assert files is not None
    assert files[DOCKERFILE] == b"# the base\nFROM debian:12\nCOPY app.py /app.py\n"
    assert files["app.py"] == b'print("hi")\n'
    near_the_top = files_for("docker build -t app .", 4)
    assert near_the_top is not None
    assert near_the_top[DOCKERFILE] == b"FROM debian:11\n"


def test_the_compose_block_is_found_by_its_content() -> None:
    files = files_for("docker-compose up -d", BUILD_LINE + 10)
    assert files is not None
    assert files[COMPOSE_FILE].startswith(b'version: "3"\nservices:\n')


@pytest.mark.parametrize("text", ["docker ps", "docker run build", "docker builder prune"])
def test_other_commands_take_no_files(text: str) -> None:
    assert files_for(text, 1) is None


def test_a_note_that_is_gone_brings_nothing() -> None:
    context = NoteContext(FakeNotes({}))
    assert context.files_for(NOTE, LineRange(start=1, end=1), "docker build .") is None


DOCKERFILES = {
    "after a list's mark": "- ```dockerfile\n  FROM a\n  RUN b\n  ```\n- then\n",
    "in a list": "1. so:\n\n   ```dockerfile\n   FROM a\n   RUN b\n   ```\n",
    "in a callout": "> [!note] So\n> ```dockerfile\n> FROM a\n> RUN b\n> ```\n",
    "with a longer fence": "````dockerfile\nFROM a\nRUN b\n````\n",
    "left open": "~~~dockerfile\nFROM a\nRUN b\n",
    "told by its lines": "```\n# base\nARG X=1\nFROM a\nRUN b\n```\n",
}


@pytest.mark.parametrize("source", DOCKERFILES.values(), ids=DOCKERFILES.keys())
def test_a_dockerfile_is_found_wherever_it_stands(source: str) -> None:
    context = NoteContext(FakeNotes({NOTE: f"{source}\n```\nno file\n```\n"}))
    files = context.files_for(NOTE, LineRange(start=1, end=1), "docker build .")
    assert files is not None
    assert files[DOCKERFILE].removeprefix(b"# base\nARG X=1\n").startswith(b"FROM a\nRUN b\n")


@pytest.mark.parametrize(
    "source",
    [
        "```python\nfrom os import path\n```\n",
        "```\nfrom os import path\n```\n",
        "```sql\nFROM users\n```\n",
        "```\nSELECT 1\nFROM users\n```\n",
        "```dockerfile\n```\n",
        "    FROM a\n",
    ],
)
def test_what_is_no_dockerfile_brings_none(source: str) -> None:
    context = NoteContext(FakeNotes({NOTE: source}))
    assert context.files_for(NOTE, LineRange(start=1, end=1), "docker build .") == {}


def test_a_fence_within_a_fence_is_no_file_of_its_own() -> None:
    source = "x.md:\n\n````\n```dockerfile\nFROM a\n```\n````\n"
    context = NoteContext(FakeNotes({NOTE: source}))
    files = context.files_for(NOTE, LineRange(start=1, end=1), "docker build .")
    assert files == {"x.md": b"```dockerfile\nFROM a\n```\n"}


@pytest.mark.parametrize("name", ["../../etc/passwd.conf", "/etc/x.conf", "C:\\x.conf"])
def test_a_file_name_never_leads_anywhere(name: str) -> None:
    context = NoteContext(FakeNotes({NOTE: f"{name}:\n\n```\nx\n```\n"}))
    files = context.files_for(NOTE, LineRange(start=1, end=1), "docker build .")
    assert files is not None
    assert all("/" not in each and "\\" not in each and ".." not in each for each in files)
