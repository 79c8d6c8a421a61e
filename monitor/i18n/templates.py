"""One way to make a template environment: pages, desk, forms and mail differ in folder, language and globals only."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, select_autoescape
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from monitor.i18n.language import Language
from monitor.i18n.safe_text import reveal_invisible

#: Characters that may have to be escaped or written out: all but those that surely need not.
_TO_LOOK_AT = re.compile("[^ !#$%(-;=?-~\u00a1-\u00ac\u00ae-\u024f\u2013-\u201d\u2026\u2190-\u2193]")


def make_environment(folder: Path, language: Language | None = None, **values: Any) -> Environment:
    """Return the environment of a folder's templates, with `values` as globals.

    Everything but `.txt.j2` templates is escaped, an undefined name is an error, and invisible characters are written
    out. With a language, `_` and `ngettext` translate; two threads need two environments to use two languages at once.
    """
    made = _TranslatedOnce(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(disabled_extensions=["txt.j2"], default=True),
        undefined=StrictUndefined, finalize=reveal_invisible, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.globals.update(values)
    if language is not None:
        made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
        made.translate = language.gettext
    return made


def show(value: Any) -> str:
    """Return what a template prints of a value where all is escaped; of what needs nothing done, as most, at once."""
    if type(value) is Markup or (type(value) is str and not _TO_LOOK_AT.search(value)):
        return value
    return escape(reveal_invisible(value))


class _Context(Context):
    """A context that calls macros and plain functions at once; all else Jinja looks at first."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call in a template."""
        if type(called) is FunctionType and not hasattr(called, "jinja_pass_arg"):
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return called(*args, **kwargs)
        if type(called) is Macro:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return called(self.eval_ctx, *args, **kwargs)
        return super().call(called, *args, **kwargs)


class _Generator(CodeGenerator):
    """Templates as code that prints a value by one call."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.show(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")")


class _TranslatedOnce(Environment):
    """An environment that translates the messages of a template when it is compiled, not each time it is rendered."""

    code_generator_class = _Generator
    context_class = _Context
    show = staticmethod(show)
    translate: Callable[[str], str] | None = None

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        if self.translate is not None:
            escaped = self.autoescape(name) if callable(self.autoescape) else self.autoescape
            source = _Translating(self.translate, Markup if escaped else str).visit(source)
        return super()._generate(source, name, filename, defer_init)


class _Translating(NodeTransformer):
    """Put the translation in the place of each `_("…")`; with values, that they are put into it remains to be done."""

    def __init__(self, translate: Callable[[str], str], kind: Callable[[str], str]) -> None:
        self.translate = translate
        self.kind = kind

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        """Return the translation of a call of `_` with one text; other calls as they are."""
        self.generic_visit(node)
        called, given = node.node, node.args
        if not (isinstance(called, nodes.Name) and called.name == "_" and len(given) == 1):
            return node
        if not isinstance(given[0], nodes.Const) or node.dyn_args is not None or node.dyn_kwargs is not None:
            return node
        text = self.kind(self.translate(given[0].value))
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(k.key), k.value, lineno=node.lineno) for k in node.kwargs]
        return nodes.Mod(nodes.Const(text), nodes.Dict(values), lineno=node.lineno)
