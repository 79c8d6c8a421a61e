"""What the tree looks like: modules, who imports whom, how long things are. `test_structure.py` holds it to the design.

Every check takes sources as (path, text) pairs and returns a line for each thing that is wrong, so that it can be shown
failing on made-up sources.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from tests.paths import ROOT

#: Rooms from left to right: each may import those before it, never one behind it.
STAGES = (
    "policy", "i18n", "places", "publications", "matching", "changelog", "documents", "search", "review", "alerts",
    "web", "service", "cli",
)  # fmt: skip

#: Parts of `monitor/web`: none imports another; all may use these.
SHARED_BY_WEB_PARTS = frozenset({"http"})

LONGEST_FILE, LONGEST_FUNCTION = 300, 50

MAY_SHARE_A_BASENAME = frozenset({"app.py", "__init__.py"})


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
