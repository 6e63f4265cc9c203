"""The page's modules by themselves: their tests in Node, their types by TypeScript."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from playwright._impl._driver import compute_driver_executable

from kb.assistant import MAX_QUESTION_CHARS

_MODULES: Final = Path(__file__).parent / "modules"
_STATIC: Final = Path(__file__).parents[2] / "server" / "static"
_OLDEST_NODE: Final = (20, 19)
"""The first that takes a `.js` file with `import` for a module by itself."""
_RAW_HTML: Final = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
MAX_MODULE_LINES: Final = 400
"""As for the Python modules of the project."""


def _node() -> str:
    """Return a Node that is new enough: the machine's, or the one that Playwright brings."""
    for path in (shutil.which("node"), compute_driver_executable()[0]):
        if path is not None and Path(path).is_file() and _version(path) >= _OLDEST_NODE:
            return path
    pytest.skip("NO NODE THAT IS NEW ENOUGH, so the modules' own tests are left out")


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in said.strip().removeprefix("v").split(".")[:2])


def _compiler() -> list[str]:
    """Return the command of a TypeScript: what `make test-setup` installed, or the machine's."""
    installed = sorted(Path(sys.prefix).glob("typescript-*/node_modules/typescript/bin/tsc"))
    if installed:
        return [_node(), str(installed[-1])]
    of_the_machine = shutil.which("tsc")
    if of_the_machine is None:
        pytest.skip("NO TYPESCRIPT, so the page's types are not checked: install npm")
    return [of_the_machine]


def test_the_modules_pass_their_own_tests() -> None:
    tests = sorted(str(path) for path in _MODULES.glob("*.test.mjs"))
    assert tests
    done = subprocess.run([_node(), "--test", *tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_modules_are_sound_by_their_types() -> None:
    done = subprocess.run(
        [*_compiler(), "--project", str(_MODULES / "jsconfig.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_module_is_checked_small_and_self_contained() -> None:
    modules = sorted((_STATIC / "js").rglob("*.js"))
    assert len(modules) > 20
    for path in modules:
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= MAX_MODULE_LINES, path
        if path.name != "boot-theme.js":
            assert source.startswith("// @ts-check\n"), path
        for forbidden in _RAW_HTML:
            assert forbidden not in source, f"{path}: {forbidden}"


def test_the_question_field_takes_as_much_as_the_server() -> None:
    markup = (_STATIC / "index.html").read_text(encoding="utf-8")
    assert f'id="question" rows="1" maxlength="{MAX_QUESTION_CHARS}"' in markup


def test_the_markup_holds_no_inline_script_style_or_handler() -> None:
    markup = (_STATIC / "index.html").read_text(encoding="utf-8")
    for forbidden in ("style=", " onclick", " onload", "javascript:", "<style", "https://"):
        assert forbidden not in markup, forbidden
    assert markup.count("<script") == markup.count("<script src=") + markup.count(
        '<script type="module" src='
    )
