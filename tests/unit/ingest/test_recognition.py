"""What lines are taken for: flags, commands, questions, problems, definitions."""

from __future__ import annotations

import pytest

from ingest.chunks.flags import flags_at_head
from ingest.chunks.shell import command_lines, is_command
from ingest.chunks.signals import (
    announces,
    asks,
    asks_without_mark,
    defines,
    ends_openly,
    heads_problems,
    heads_questions,
    is_error,
    names_problem,
)
from ingest.inline import code_pieces, plain_text
from ingest.models.embedding_text import embedding_text
from kb.text.unwritten import says_nothing


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("-a - всё", ["-a"]),
        ("-p, --publish - порты", ["-p", "--publish"]),
        ("-p/--publish: порты", ["-p", "--publish"]),
        ("-p | --publish порты", ["-p", "--publish"]),
        ("-p или --publish порты", ["-p", "--publish"]),
        ("**-p** порты", ["-p"]),
        ("`-p` — порты", ["-p"]),
        ("`-p`, `--publish` порты", ["-p", "--publish"]),
        ("`-p, --publish` порты", ["-p", "--publish"]),
        ("[-p](#x), [--publish](#x)", ["-p", "--publish"]),
        ("--name=ИМЯ - имя", ["--name"]),
        ("--name <имя> - имя", ["--name"]),
        ("--name NAME - имя", ["--name"]),
        ("`--retry 5` tries again", ["--retry"]),
        ("[ ] -a сделать", ["-a"]),
        ("‑a - всё", ["-a"]),
        ("-Fc - формат", ["-Fc"]),
        ("`-9` убить", ["-9"]),
        ("-a", ["-a"]),
        ("-? - справка", ["-?"]),
        ("`-v /host:/c` - mount", ["-v"]),
        ("`-o /dev/null`", ["-o"]),
        ("-v /a:/b - mount", ["-v"]),
        ("-p | порты", ["-p"]),
        ("`-h/--help` помощь", ["-h", "--help"]),
        ("-o,--output куда", ["-o", "--output"]),
        ("`-a и -b` вместе", ["-a", "-b"]),
        ("-n или --name имя", ["-n", "--name"]),
        ("- a", []),
        ("-5 градусов мороза", []),
        ("`-7 // 2` это -4", []),
        ("a -p", []),
        ("dir - путь", []),
        ("—a тире", []),
        ("--", []),
        ("---", []),
        ("->", []),
        ("", []),
        ("слово --rm внутри", []),
    ],
)
def test_flags(text: str, flags: list[str]) -> None:
    assert list(flags_at_head(text)) == flags


@pytest.mark.parametrize(
    ("code", "info", "commands"),
    [
        ("docker ps", "", ["docker ps"]),
        ("docker ps  // список\ndocker rm x", "java", ["docker ps", "docker rm x"]),
        ("$ docker ps\nCONTAINER ID", "console", ["docker ps"]),
        ("$ docker ps\nCONTAINER ID", "", ["docker ps"]),
        ("# remark\nsudo docker ps # тут", "bash", ["sudo docker ps"]),
        ("echo `date`\ndocker ps", "bash", ["echo `date`", "docker ps"]),
        ("echo `date` `\n  twice\ndocker ps", "", ["echo `date` twice", "docker ps"]),
        ("docker run `\n  -d `\n  nginx", "", ["docker run -d nginx"]),
        ("docker rm `docker ps -q` `\n  -f", "powershell", ["docker rm `docker ps -q` -f"]),
        ('docker run alpine sh -c "echo a # b"', "sh", ['docker run alpine sh -c "echo a # b"']),
        ('psql -c "\n  SELECT 1;\n"\nls -l', "sh", ['psql -c " SELECT 1; "', "ls -l"]),
        ("docker ps #all\ndocker images //все", "sh", ["docker ps", "docker images"]),
        ("docker ps //all\nsmbclient -L //nas # its", "sh", ["docker ps", "smbclient -L //nas"]),
        ("ls //nas/share", "sh", ["ls //nas/share"]),
        ("echo it's\nls -l", "sh", ["echo it's", "ls -l"]),
        ("docker run \\\n  -d \\\n  nginx", "sh", ["docker run -d nginx"]),
        ("user@host:~$ docker info", "", ["docker info"]),
        ("PS C:\\> docker info", "powershell", ["docker info"]),
        ("./run.sh --fast", "", ["./run.sh --fast"]),
        ("mytool --flag x", "", ["mytool --flag x"]),
        ("FOO=1 docker ps", "", ["FOO=1 docker ps"]),
        ("SELECT 1;\nSELECT 2;", "sql", ["SELECT 1", "SELECT 2"]),
        ("FROM alpine\nRUN apk add curl", "", []),
        ("FROM alpine", "dockerfile", []),
        ("flask==1.1.1", "", []),
        ("version: '2'\nservices:", "", []),
        ("docker:\n  image: x", "", []),
        ("error: no such file", "", []),
        ("docker ps\nCONTAINER ID   IMAGE", "", []),
        ("просто текст", "", []),
        ("", "", []),
        ("key = value --x", "", []),
        ("[root@localhost ~]# systemctl restart docker", "", ["systemctl restart docker"]),
        ("C:\\Users\\me> docker ps", "", ["docker ps"]),
        ("C:\\Program Files>docker ps", "cmd", ["docker ps"]),
        ("(venv) $ pip install x", "", ["pip install x"]),
        ("(base) user@host:~/a$ pip install x", "bash", ["pip install x"]),
        ("PS> docker ps", "", ["docker ps"]),
        ("➜ ~ docker ps", "", ["docker ps"]),
        ("➜  notes git:(main) ✗ git push", "", ["git push"]),
        ("➜ docker ps -a", "", ["docker ps -a"]),
        ("❯ docker images", "", ["docker images"]),
        ("C:\\tools\\app.exe > docker ps", "cmd", ["C:\\tools\\app.exe > docker ps"]),
        ("$ docker run \\\n>   --rm \\\n>   ubuntu", "", ["docker run --rm ubuntu"]),
        ("cat <<EOF > a.json\n{\n  1\n}\nEOF\nls -l", "", ["cat <<EOF > a.json", "ls -l"]),
        ("cat <<-'END' | sh\n\tdocker rm x\n\tEND", "bash", ["cat <<-'END' | sh"]),
        ("$ cat <<X\n> ls -a\n> X\n$ ls -l", "sh", ["cat <<X", "ls -l"]),
        ("cat <<< word\nls -l", "sh", ["cat <<< word", "ls -l"]),
        ("cat <<EOF\nls -l", "sh", ["cat <<EOF", "ls -l"]),
        ("for c in a b; do\n  docker stop $c\ndone", "sh", ["docker stop $c"]),
        ("for c in a; do docker stop $c; done", "", ["docker stop $c"]),
        ("if docker info; then docker ps; fi", "sh", ["docker info", "docker ps"]),
        ("while IFS= read -r x; do\n  echo $x\ndone", "sh", ["IFS= read -r x", "echo $x"]),
        ("if [ -f a ]; then\n  rm a\nfi", "sh", ["rm a"]),
        ("while true\ndo\n  docker ps\ndone < x", "", ["docker ps"]),
        ("for i in 1 2; do mine $i; done", "sh", ["mine $i"]),
        ("for i in 1 2; do", "sh", ["for i in 1 2; do"]),
        ("for x in y:\n    ls -l", "", []),
        ("if -x then", "", []),
    ],
)
def test_commands_of_a_fence(code: str, info: str, commands: list[str]) -> None:
    assert list(command_lines(code, info)) == commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker ps", True),
        ("sudo apt-get update", True),
        ("docker", False),
        ("some words", False),
        ("docker\nps", False),
        ("PS C:\\a> docker ps", True),
        ("/var/lib/docker", False),
    ],
)
def test_inline_commands(text: str, expected: bool) -> None:
    assert is_command(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Где это?", True),
        ("Что это значит *тут*?**", True),
        ('Пишет "порт занят". Что делать?»', True),
        ("Как? Никто не знает", True),
        ("Это важно! Правда?! Да", False),
        ("Расползаются? Творог мокрый", False),
        ("failed to start", False),
        ("", False),
    ],
)
def test_questions(text: str, expected: bool) -> None:
    assert asks(text) is expected


def test_questions_without_a_mark() -> None:
    assert asks_without_mark("Как поменять порт")
    assert asks_without_mark("how to change the port")
    assert not asks_without_mark("Порт поменять нельзя")
    assert not asks_without_mark("Howl at the moon")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Том - это место для данных.", True),
        ("Том это место для данных.", True),
        ("volume'ы это способ сохранить данные", True),
        ("Dockerfile - файл без расширения", True),
        ("Т.о. виртуальная машина - это имитация", True),
        ("**Образ** — шаблон контейнера", True),
        ("A volume is a folder", True),
        ("`match` is a regular expression", True),
        ("Сеть - это способ связать контейнеры", True),
        ("Запустить снова - и данные там", False),
        ("Посмотреть на лампочку. Не горит - провода", False),
        ("`mtr` - то же, что ping", True),
        ("Удалить это можно так", False),
        ("Удалить том - дело опасное", True),
        ("2023-05-20 — 78 400 км — масло", False),
        ("05.04.2024 - билеты", False),
        ("5 мая - день рождения Оли", False),
        ("|Ed| > 1 - эластичный", False),
        ("3-2-1 - three copies", True),
        ("404 - not found", True),
        ("Запустить всё это хозяйство:", False),
        ("That is the distribution's own package", False),
        ("There is a switch in the menu", False),
        ("Он откажется, если за это время кто-то запушил", False),
        ("Остановить контейнер, запустить снова - и данные там", False),
        ("Просто предложение без тире.", False),
        ("https://example.org/a-b", False),
        ("- - -", False),
    ],
)
def test_definitions(text: str, expected: bool) -> None:
    assert defines(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker failed to initialize", True),
        ("permission denied while trying", True),
        ("не удалось подключиться", True),
        ("LEADER_NOT_AVAILABLE error", True),
        ("ECONNREFUSED", True),
        ("ModuleNotFoundError: 'myapp'", True),
        ("dpkg was interrupted, you must run it again", True),
        ("ENOSPC: no room", True),
        ("x509: certificate has expired", True),
        ("ImagePullBackOff", True),
        ("OOMKilled", True),
        ("3 Insufficient cpu", True),
        ("Segmentation fault (core dumped)", True),
        ("the disk is full", True),
        ("EXPOSE 80", False),
        ("ENTRYPOINT и CMD", False),
        ("EXPLAIN ANALYZE", False),
        ("просто красивая цитата", False),
        ("Life is short", False),
        ("For example, everything else", False),
        ("This overrides the interrupt", False),
    ],
)
def test_errors(text: str, expected: bool) -> None:
    assert is_error(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Проблемы", True),
        ("Докер не запускается", True),
        ("была ошибка:", True),
        ("Docker does not start", True),
        ("Troubleshooting", True),
        ("Troubles", True),
        ("Траблы с докером", True),
        ("Мелкие косяки", True),
        ("k8s: что ломалось", True),
        ("Под завис", True),
        ("Сертификат протух", True),
        ("Прод упал", True),
        ("Машина не заводится", True),
        ("Кофеварка не включилась", True),
        ("От чего зависит цена", False),
        ("Зависимости проекта", False),
        ("Что не включает тариф", False),
        ("Не запускать под рутом", False),
        ("Команды", False),
        ("Работа с томами", False),
    ],
)
def test_problems(text: str, expected: bool) -> None:
    assert names_problem(text) is expected


@pytest.mark.parametrize(
    "heading", ["Errors", "Known errors", "Docker: типичные ошибки", "k8s: что ломалось"]
)
def test_headings_of_many_problems(heading: str) -> None:
    assert heads_problems(heading)


@pytest.mark.parametrize("heading", ["Login is broken", "Error acquiring the lock", "Команды"])
def test_headings_of_one_problem(heading: str) -> None:
    assert not heads_problems(heading)


def test_lead_ins() -> None:
    assert announces("выглядит **так:**")
    assert not announces("так: вот")
    assert ends_openly("можно командой")
    assert not ends_openly("Готово.")
    assert not ends_openly("https://example.org/x")
    assert heads_questions("Вопросы")
    assert heads_questions("Open questions")
    assert not heads_questions("Без вопросов")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**a** and *b* and ~~c~~", "a and b and c"),
        ("[text](http://x) and ![alt](y.png)", "text and alt"),
        ("[[note]] and [[note|label]]", "note and label"),
        ("`**code**` stays", "**code** stays"),
        ("`` a ` b `` stays", "a ` b stays"),
        ("snake_case and 2*3*4 and _em_", "snake_case and 2*3*4 and em"),
        (r"\*not\* \`em\`", "*not* `em`"),
        ("unclosed `code and **bold", "unclosed `code and bold"),
        ("", ""),
    ],
)
def test_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_code_pieces() -> None:
    text = "`a` ``b`c`` `d"
    assert [(piece.code, text[piece.start : piece.end]) for piece in code_pieces(text)] == [
        ("a", "`a`"),
        ("b`c", "``b`c``"),
    ]


@pytest.mark.parametrize(
    ("text", "embedded"),
    [
        ("```bash\ndocker ps\n```\n\nВсе **контейнеры**.", "docker ps\nВсе контейнеры."),
        ("* -p - [порты](#x)", "-p - порты"),
        ("> Где?\n\nТут.", "Где?\nТут."),
        ("## Заголовок ##\n\n- [x] дело", "Заголовок\nдело"),
        ("| a | b |\n|---|---|", "| a | b |"),
        ("~~~\n# в коде\n~~~", "# в коде"),
        ("1. раз\n   - два", "раз\nдва"),
        ("---", "---"),
        ("![схема](data:image/png;base64," + "Ab+/" * 99 + "==) сети", "схема сети"),
        ("data:text/plain;charset=utf-8;base64," + "Ab-_" * 99, "data:"),
    ],
)
def test_embedding_text(text: str, embedded: str) -> None:
    assert embedding_text(text) == embedded


@pytest.mark.parametrize("text", ["", "TODO", "???", "**TBD**", "> позже…", "- [ ] todo: later"])
def test_what_is_still_to_be_written(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["!!", "`.`", "TODO: ask Bob", "later versions", "42", "нет"])
def test_what_is_written(text: str) -> None:
    assert not says_nothing(text)
