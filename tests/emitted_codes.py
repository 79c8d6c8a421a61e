"""Which codes (rules, reasons, signals, outcomes) the code emits, and which a test has seen in a result."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.structure import Source

_THEMSELVES = ("test_structure.py", "structure.py", "emitted_codes.py", "test_docs.py")


def codes_never_emitted(codes: Iterable[str], sources: Iterable[Source]) -> list[str]:
    """Return codes that no code but their explanation (a key of a dictionary) names."""
    named: set[str] = set()
    for source in sources:
        explained = {id(key) for node in ast.walk(source.tree) if isinstance(node, ast.Dict) for key in node.keys}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
                named.add(node.value.partition(":")[0])
    return sorted(code for code in codes if code not in named)


def codes_seen_in_tests(folder: Path, shipped: Iterable[Source]) -> set[str]:
    """Return every code that a test asserts or is parametrized with.

    It counts as a text's head, by the constant that holds it, by the error class that bears it, and in a table of
    cases of the same file.
    """
    aliases = dict(_constants(shipped))
    seen: set[str] = set()
    for path in folder.rglob("*.py"):
        if path.name in _THEMSELVES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tables_here = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for part in _observed(tree):
            names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
            for tested in [part, *(tables_here[name] for name in names & tables_here.keys())]:
                seen |= _codes_in(tested, aliases)
    return seen


def _observed(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("parametrize", "pytest.raises")):
            yield from node.args


def _codes_in(part: ast.AST, aliases: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    for leaf in ast.walk(part):
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
            found |= {leaf.value, leaf.value.partition(":")[0]}
        elif isinstance(leaf, ast.Name | ast.Attribute):
            name = leaf.id if isinstance(leaf, ast.Name) else leaf.attr
            found |= {aliases[name]} if name in aliases else set()
    return found


def _constants(shipped: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Yield (NAME, code) of module constants that hold one word, and (ErrorClass, its code)."""
    for source in shipped:
        for node in source.tree.body:
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            for part in inside:
                value = getattr(part, "value", None)
                if not isinstance(part, ast.Assign | ast.AnnAssign) or not isinstance(value, ast.Constant):
                    continue
                target = part.targets[0] if isinstance(part, ast.Assign) else part.target
                if isinstance(value.value, str) and isinstance(target, ast.Name):
                    if isinstance(node, ast.ClassDef) and target.id == "code":
                        yield node.name, value.value
                    elif not isinstance(node, ast.ClassDef):
                        yield target.id, value.value
