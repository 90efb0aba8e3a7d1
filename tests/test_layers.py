from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import get_type_hints

from learninglion.workflow import Workplace

ROOT = Path(__file__).resolve().parents[1]


def test_imports_go_down_only() -> None:
    # a process of its own: the linter switches off every logger that there is in the one it runs in
    program = Path(sys.executable).parent / "lint-imports"
    command = [program, "--config", "pyproject.toml", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_cli_and_web_read_settings() -> None:
    allowed = {"cli", "settings", "web"}
    readers = {
        path.relative_to(ROOT / "src" / "learninglion").parts[0].removesuffix(".py")
        for path in (ROOT / "src").rglob("*.py")
        if "learninglion.settings" in path.read_text("utf-8")
    }
    assert readers <= allowed


def test_a_workplace_hands_out_use_cases_and_nothing_they_stand_on() -> None:
    rooms = {hint.rpartition(".")[0] for hint in map(_module_of, fields(Workplace))}
    assert all(room.startswith(("learninglion.workflow", "collections")) for room in rooms), rooms


def _module_of(field: Field[object]) -> str:
    kind = get_type_hints(Workplace)[field.name]
    return f"{getattr(kind, '__module__', '')}.x"


def test_commands_do_not_load_the_web() -> None:
    code = """
import sys, learninglion.cli.compliance, learninglion.cli.documents, learninglion.cli.questions
print(*sorted({name.split(".")[0] for name in sys.modules} & {"fastapi", "starlette", "uvicorn", "mcp"}))
print("learninglion.web" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_the_version_is_told_without_loading_the_rooms() -> None:
    code = "import sys, learninglion.cli; print({'learninglion.workflow', 'numpy'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()"]


SOURCE = ROOT / "src" / "learninglion"
# Rooms that one enters by their name: these pass on what is public. In the others one names the module.
DOORS = {"cli", "inference", "models", "parsing", "sample", "workflow"}
READERS = ("src", "tests", "tools", "benchmarks", "compliance")
SUFFIXES = {".py", ".html", ".yaml", ".toml", ".mako"}


def test_a_package_says_what_it_is_for_and_only_the_doors_pass_names_on(
    source_tree: Callable[[Path], ast.Module],
) -> None:
    for path in SOURCE.rglob("__init__.py"):
        tree = source_tree(path)
        assert ast.get_docstring(tree), path
        room = path.parent.relative_to(SOURCE).as_posix()
        assert len(tree.body) == 1 or room in DOORS | {"."}, path


def test_a_name_without_an_underscore_is_for_other_modules(source_tree: Callable[[Path], ast.Module]) -> None:
    paths = [p for top in READERS for p in (ROOT / top).rglob("*") if p.suffix in SUFFIXES]
    words = {path: set(re.findall(r"\w+", path.read_text("utf-8"))) for path in paths}
    readers = Counter(word for known in words.values() for word in known)
    for path in SOURCE.rglob("*.py"):
        alone = {name for name in _public_names(source_tree(path)) if readers[name] == 1}
        assert not alone, f"{path}: only used here, so they begin with an underscore: {sorted(alone)}"


def _public_names(tree: ast.Module) -> Iterator[str]:
    """The functions and constants of a module that look as if they were for others; not routes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [] if node.decorator_list else [node.name]
        elif isinstance(node, ast.Assign):
            names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
            names = [name for name in names if name.isupper()]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def test_no_module_takes_what_is_private_to_another(source_tree: Callable[[Path], ast.Module]) -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(source_tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("learninglion"):
                private = [a.name for a in node.names if a.name.startswith("_") and a.name != "__version__"]
                assert not private, f"{path}: {private}"
