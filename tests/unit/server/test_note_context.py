"""The files that a note brings along for a build or a Compose project."""

from __future__ import annotations

import pytest

from kb.model import LineRange, NoteId
from server.note_context import COMPOSE_FILE, DOCKERFILE, NoteContext, read_fences
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


def test_fences_end_where_markdown_ends_them() -> None:
    source = "````\n```\nx\n````\n\n~~~sh\ny\n\n  ```\n  a\n   b\n  ```\n"
    fences = read_fences(source)
    assert [fence.code for fence in fences] == ["```\nx", "y\n\n  ```\n  a\n   b\n  ```\n"]
    indented = read_fences("- x\n\n  ```\n  a\n   b\n  ```\n")
    assert [fence.code for fence in indented] == ["a\n b"]


@pytest.mark.parametrize("name", ["../../etc/passwd.conf", "/etc/x.conf", "C:\\x.conf"])
def test_a_file_name_never_leads_anywhere(name: str) -> None:
    context = NoteContext(FakeNotes({NOTE: f"{name}:\n\n```\nx\n```\n"}))
    files = context.files_for(NOTE, LineRange(start=1, end=1), "docker build .")
    assert files is not None
    assert all("/" not in each and "\\" not in each and ".." not in each for each in files)
