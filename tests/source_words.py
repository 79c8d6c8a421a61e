"""What sources may say and where: SQL, a change's status, untyped borders, names in docstrings and docs.

Each check is as those of `tests/structure.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tests.paths import ROOT
from tests.structure import Source, imports_of, room_of

STATUSES_OF_A_CHANGE = frozenset({"provisional", "confirmed", "retracted"})

_SQL = re.compile(
    r"\b(?:from|into|update|join|table|view|index)\s+(?:if\s+(?:not\s+)?exists\s+)?(\w+)|\bpragma\s+\w+"
    r"|\bbegin\s+immediate\b|\bsavepoint\b",
    re.IGNORECASE,
)

_EXECUTES = frozenset({"execute", "executemany", "executescript"})


def missing_in_docs() -> list[str]:
    """Return paths of ours in the documentation that lead to no file."""
    wrong = []
    for path in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for name in re.findall(r"`((?:db|monitor|scrapers|tests|benchmarks|docs)/[\w./-]+)`", line):
                if "NNN" not in name and not (ROOT / name).exists():
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: {name}")
    return wrong


def sql_outside_db(sources: Iterable[Source]) -> list[str]:
    """Return calls that run SQL, and texts that are SQL, in files outside `db/`."""
    wrong = []
    for source in sources:
        if source.path.startswith("db/"):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _EXECUTES:
                wrong.append(f"{source.path}:{node.lineno}: {node.func.attr}()")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sql(node.value):
                wrong.append(f"{source.path}:{node.lineno}: {node.value[:40]!r}")
    return wrong


@cache
def tables() -> frozenset[str]:
    """Return the names of every table and view that a migration makes."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "db" / "migrations").glob("m*.py"))
    return frozenset(re.findall(r"create (?:virtual )?(?:table|view)(?: if not exists)? (\w+)", " ".join(texts)))


def _is_sql(text: str) -> bool:
    """Whether a text is a statement of SQL: it starts as one and names a table there is."""
    starts = re.match(r"\s*(select|insert|update|delete|create|drop|alter|with|pragma|begin|savepoint)\b", text, re.I)
    found = [match[1] for match in _SQL.finditer(text)]
    return bool(starts) and any(name is None or name.casefold() in tables() for name in found)


def statuses_set_outside(sources: Iterable[Source], home: str) -> list[str]:
    """Return places outside `home` that set a change's status."""
    wrong = []
    for source in sources:
        if source.path == home:
            continue
        for node in ast.walk(source.tree):
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                targets = [t for target in node.targets for t in _flat(target)]
            elif isinstance(node, ast.AnnAssign | ast.AugAssign):
                targets = [node.target]
            value = getattr(node, "value", None)
            set_here = any(isinstance(t, ast.Attribute) and t.attr == "status" for t in targets)
            if set_here and value is not None and _names_a_status(value):
                wrong.append(f"{source.path}:{getattr(node, 'lineno', 0)}: sets a change's status")
    return wrong


def _flat(target: ast.expr) -> list[ast.expr]:
    return [one for part in target.elts for one in _flat(part)] if isinstance(target, ast.Tuple) else [target]


def _names_a_status(value: ast.expr) -> bool:
    return any(isinstance(n, ast.Constant) and n.value in STATUSES_OF_A_CHANGE for n in ast.walk(value))


def untyped_borders(sources: Iterable[Source]) -> list[str]:
    """Return functions and classes that another room imports and that say `dict[str, Any]` or `Mapping[str, Any]`."""
    sources = list(sources)
    by_module = {source.module: source for source in sources}
    wanted: dict[str, set[str]] = {}
    for source in sources:
        for _, name in imports_of(source):
            module, _, what = name.rpartition(".")
            if module in by_module and room_of(module) != source.package:
                wanted.setdefault(module, set()).add(what)
            if name in by_module and room_of(name) != source.package:
                wanted.setdefault(name, set()).update(_attributes_used(source, what))
    wrong = []
    for module, names in sorted(wanted.items()):
        for node in by_module[module].tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name in names:
                wrong += [f"{by_module[module].path}:{line}: {node.name}" for line in _untyped_in(node)]
    return wrong


def _attributes_used(source: Source, module_name: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module_name
    }


def _untyped_in(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[int]:
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and not part.name.startswith("_"):
                yield from _untyped_in(part)
            elif isinstance(part, ast.AnnAssign) and _is_untyped(part.annotation):
                yield part.lineno
        return
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    annotations = [one.annotation for one in every] + [node.returns]
    if any(one is not None and _is_untyped(one) for one in annotations):
        yield node.lineno


def _is_untyped(annotation: ast.expr) -> bool:
    return bool(re.search(r"\b(dict|Mapping|MutableMapping)\[str, Any\]", ast.unparse(annotation)))


def unresolved_names(sources: Iterable[Source]) -> list[str]:
    """Return dotted names and paths of ours in docstrings and comments that name nothing there is."""
    sources = list(sources)
    modules = {source.module: source for source in sources}
    wrong = []
    for source in sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            for name in re.findall(r"`((?:db|monitor|scrapers)\.[\w.]+)(?:\(\))?`", line):
                if not _resolves(name, modules):
                    wrong.append(f"{source.path}:{number}: {name}")
            for name in re.findall(r"(?<![\w/.-])((?:db|monitor|scrapers|tests|docs|benchmarks)/[\w./-]+\.\w+)", line):
                if not (ROOT / name).exists():
                    wrong.append(f"{source.path}:{number}: {name}")
    return wrong


def _resolves(name: str, modules: Mapping[str, Source]) -> bool:
    if name in modules or any(module.startswith(f"{name}.") for module in modules):
        return True
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        source = modules.get(".".join(parts[:end]))
        if source is not None:
            return _defines(source.tree.body, parts[end:])
    return False


def _defines(body: Iterable[ast.stmt], path: list[str]) -> bool:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == path[0]:
            return len(path) == 1 or (isinstance(node, ast.ClassDef) and _defines(node.body, path[1:]))
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(t, ast.Name) and t.id == path[0] for t in targets):
            return len(path) == 1
    return False
