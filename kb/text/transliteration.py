"""Latin terms as Russian speakers spell them: `докер ран`, `имидж`, `волюм`.

A spoken form cannot be computed from the Latin spelling (`имидж` is no letter-by-letter `image`),
so the common ones of a developer's talk stand in a table of Snowball stems.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

_TABLE: Final = """
docker докер доккер
compose компоуз композ композ компос
dockerfile докерфайл
run ран
image имидж имедж имаг
volume волюм вольюм вольум волум
build билд
pull пулл пул
push пуш
tag тег тэг
port порт
log лог
start старт
stop стоп
exec экзек
kill кил килл
prune прун
container контейнер контеинер
kafka кафк
zookeeper зукипер зукеепер
postgres постгрес постгр постгрескул
mysql мускул майскул
redis редис
nginx нжинкс энджинкс нгинкс
git гит
commit коммит комит
branch бранч
merge мердж мерж
rebase ребейз ребэйз
stash стэш стеш
checkout чекаут
windows виндовс винд виндоус
linux линукс
ubuntu убунт
debian дебиан
bash баш
ssh ссш
systemd системд
python питон пайтон
vim вим
flask фласк
django джанг
server сервер
host хост
daemon демон даемон
proxy прокси
backup бэкап бекап
firewall файрвол фаервол
router роутер
script скрипт
token токен
registry реджистри регистри
kubernetes кубернетес кубер
hypervisor гипервизор
wsl всл
hyper гипер
desktop десктоп
dump дамп
terminal терминал
json джейсон
yaml ямл
config конфиг
"""

_FORMS: Final[dict[str, str]] = {
    form: latin
    for latin, *forms in (line.split() for line in _TABLE.strip().splitlines())
    for form in forms
}


def latin_form(stem: str) -> str | None:
    """Return the Latin term that a Russian stem spells, or None.

    Args:
        stem: Lowercase Snowball stem with `ё` as `е`.
    """
    return _FORMS.get(stem)


def spoken_forms() -> Collection[str]:
    """Return the stems of all spoken forms."""
    return _FORMS.keys()
