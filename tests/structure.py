"""What the tree looks like: modules, who imports whom, how long things are. `test_structure.py` holds it to the design.

Every check takes sources as (path, text) pairs and returns a line for each thing that is wrong, so that it can be shown
failing on made-up sources.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import PurePosixPath

from tests.paths import ROOT

#: Rooms from left to right: each may import those before it, never one behind it.
STAGES = (
    "policy", "i18n", "places", "publications", "matching", "changelog", "documents", "search", "review", "alerts",
    "web", "service", "cli",
)  # fmt: skip
#: Parts of `monitor/web`: none imports another; all may use these.
SHARED_BY_WEB_PARTS = frozenset({"http"})
STATUSES_OF_A_CHANGE = frozenset({"provisional", "confirmed", "retracted"})
LONGEST_FILE, LONGEST_FUNCTION = 300, 50
MAY_SHARE_A_BASENAME = frozenset({"app.py", "__init__.py"})
_SQL = re.compile(
    r"\b(?:from|into|update|join|table|view|index)\s+(?:if\s+(?:not\s+)?exists\s+)?(\w+)|\bpragma\s+\w+"
    r"|\bbegin\s+immediate\b|\bsavepoint\b",
    re.IGNORECASE,
)
_EXECUTES = frozenset({"execute", "executemany", "executescript"})


@dataclass(frozen=True)
class Source:
    """One file of Python: where it is and what it says."""

    path: str  # from the project's root, with slashes
    text: str
    _parsed: dict[str, ast.Module] = field(default_factory=dict, compare=False, repr=False)

    @property
    def tree(self) -> ast.Module:
        """The parsed file."""
        if "tree" not in self._parsed:
            self._parsed["tree"] = ast.parse(self.text)
        return self._parsed["tree"]

    @cached_property
    def module(self) -> str:
        """The name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The room it stands in: `db`, `scrapers`, `scheduler`, or a stage of `monitor`, or a part of `monitor.web`."""
        return room_of(self.module)


def missing_in_docs() -> list[str]:
    """Return paths of ours in the documentation that lead to no file."""
    wrong = []
    for path in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for name in re.findall(r"`((?:db|monitor|scrapers|tests|benchmarks|docs)/[\w./-]+)`", line):
                if "NNN" not in name and not (ROOT / name).exists():
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: {name}")
    return wrong


def read_sources() -> list[Source]:
    """Return every Python file that is shipped."""
    paths = [ROOT / "scheduler.py"]
    for name in ("db", "scrapers", "monitor"):
        paths += sorted((ROOT / name).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def room_of(module: str) -> str:
    """Return the room of a module: `monitor.web.api.app` stands in `monitor.web.api`, `db.queries.users` in `db`."""
    parts = module.split(".")
    if parts[0] != "monitor":
        return parts[0]
    return ".".join(parts[: 3 if parts[1:2] == ["web"] else 2])


def imports_of(source: Source, *, only_at_start: bool = False) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import of ours, as far as `from x import y` can tell: `x.y` where y may be a
    module. With `only_at_start`, leave out imports inside functions and under TYPE_CHECKING."""
    nodes = _nodes_at_start(source.tree) if only_at_start else ast.walk(source.tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _nodes_at_start(tree: ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            waiting.append(child)


def imports_against_the_stages(sources: Iterable[Source]) -> list[str]:
    """Return imports that point right: from a stage of `monitor` to a later one, or between two parts of `web`."""
    order = {f"monitor.{stage}": number for number, stage in enumerate(STAGES)}
    wrong = []
    for source in sources:
        here = source.package
        if not here.startswith("monitor."):
            continue
        for line, name in imports_of(source):
            there = room_of(name)
            if not there.startswith("monitor.") or there == here:
                continue
            mine, its = order.get(".".join(here.split(".")[:2])), order.get(".".join(there.split(".")[:2]))
            if mine is None or its is None:
                wrong.append(f"{source.path}:{line}: no stage is called {here if mine is None else there}")
            elif its > mine or (its == mine and _parts_apart(source, here, there, name)):
                wrong.append(f"{source.path}:{line}: {here} imports {name}")
    return wrong


def _parts_apart(source: Source, here: str, there: str, name: str) -> bool:
    """Whether both are parts of `web` and the import is not of what all parts share."""
    if here == "monitor.web" or source.module == "monitor.web.app":
        return False  # the application puts the parts together
    return there.rpartition(".")[2] not in SHARED_BY_WEB_PARTS


def circles(sources: Iterable[Source]) -> list[str]:
    """Return the circles among modules that import each other when they are loaded."""
    sources = list(sources)
    known = {source.module for source in sources}
    graph = {source.module: _targets(source, known) for source in sources}
    return [" <-> ".join(sorted(group)) for group in _knots(graph) if len(group) > 1]


def _targets(source: Source, known: set[str]) -> set[str]:
    found = set()
    for _, name in imports_of(source, only_at_start=True):
        target = name if name in known else name.rpartition(".")[0]
        if target in known and target != source.module:
            found.add(target)
    return found


def _knots(graph: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Yield the strongly connected groups (Tarjan, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for start in graph:
        if start in number:
            continue
        work = [(start, iter(sorted(graph[start])))]
        number[start] = low[start] = len(number)
        stack.append(start)
        while work:
            node, rest = work[-1]
            step = next(rest, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                    yield group
            elif step not in number:
                number[step] = low[step] = len(number)
                stack.append(step)
                work.append((step, iter(sorted(graph[step]))))
            elif step in stack:
                low[node] = min(low[node], number[step])


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


def repeated_basenames(sources: Iterable[Source]) -> list[str]:
    """Return files that share their name with another file in another folder."""
    by_name: dict[str, list[str]] = {}
    for source in sources:
        by_name.setdefault(PurePosixPath(source.path).name, []).append(source.path)
    return [
        " and ".join(paths)
        for name, paths in sorted(by_name.items())
        if len(paths) > 1 and name not in MAY_SHARE_A_BASENAME
    ]


def overlong(sources: Iterable[Source]) -> list[str]:
    """Return files and functions that are longer than a reader can hold."""
    wrong = []
    for source in sources:
        if (lines := len(source.text.splitlines())) > LONGEST_FILE:
            wrong.append(f"{source.path}: {lines} lines")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{source.path}:{node.lineno}: {node.name} has {length} lines")
    return wrong


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
