"""The notes that the browser tests ask: small, of their own, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COMMANDS: Final = """\
# Команды

Список запущенных контейнеров.

```
docker ps
```

Показать контейнеры, которые работают сейчас.

* -a - показать все контейнеры, а не только работающие
* -q - напечатать только идентификаторы

```
docker run --name web -p 8090:80 -d nginx
```

Создать контейнер из образа nginx и запустить его.

* -d - запустить в фоне и вернуть консоль
* -p - проброс портов: слева порт хоста, справа порт приложения в контейнере
* --name - имя будущего контейнера

```
docker rm 46286a4fff79
```

Удалить контейнер. Вместо идентификатора можно написать имя.

# Вопросы

> Почему контейнер не видит соседний контейнер по имени?

> Где докер хранит файлы образов?

Вероятно, в виртуальном диске WSL, но это неточно.
"""

BACKUPS: Final = """\
# Backups of the home server

## Schedule

A full copy of the photo library is written to the external drive every Sunday at night.

| What | When | Where |
| --- | :---: | ---: |
| photos | Sunday | external drive |
| letters | daily | second disk |

## Restore

1. Plug in the external drive.
2. Run the restore script and wait.
   - It asks for the passphrase once.
   - It prints the name of every folder it restores.

See also [the commands](../docker/команды.md), [a picture](drive.png) and
[a page](https://example.org/backup).
"""

LONG: Final = "# A long note\n\n" + "".join(
    f"Paragraph number {n} speaks of nothing in particular.\n\n" for n in range(1, 121)
)

NOTES: Final[Mapping[str, str]] = {
    "docker/команды.md": COMMANDS,
    "home/backups.md": BACKUPS,
    "long.md": LONG + "The lighthouse keeper counts the ships at dawn with a brass telescope.\n",
}


def line_of(source: str, text: str) -> int:
    """Return the number, from 1, of the first line that holds a text."""
    return next(i for i, line in enumerate(source.split("\n"), 1) if text in line)
