"""Jinja templates of kernel bodies, in the form that Brian asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from brian2.codegen.templates import (
    CodeObjectTemplate,
    LazyTemplateLoader,
    Templater,
    autoindent,
    autoindent_postfilter,
)
from brian2.core.variables import Variable
from brian2.utils.stringtools import word_substitute
from jinja2 import TemplateNotFound

from brian2numba.generation.blocks import blocks
from brian2numba.generation.checking import new_rows, working_memory
from brian2numba.generation.dtypes import dtype_name, pointer_name
from brian2numba.generation.names import models_name
from brian2numba.generation.ordered_slots import (
    each_named,
    in_order,
    in_run,
    read_in_order,
)
from brian2numba.generation.releases import releases
from brian2numba.generation.source import KernelDraft

__all__ = ["AdaptiveTemplater", "NumbaTemplater"]


def vector(code: str) -> str:
    """Filter for the statements of a loop over elements ``_idx``."""
    return _with_index(code if code.strip() else "pass", "_idx")


def scalar(code: str) -> str:
    """Filter for the statements before such a loop."""
    return _with_index(code, "1")


def renamed(code: str, name: str, other: str) -> str:
    """Filter for statements that use another array."""
    return str(word_substitute(code, {name: other}))


def block(code: str) -> str:
    """Filter for what a macro makes, in which there may be such statements."""
    return str(autoindent(autoindent_postfilter(code)))


def _with_index(code: str, index: str) -> str:
    """Return indented statements; functions may ask for the index of the element."""
    if "_vectorisation_idx" in code:
        code = f"_vectorisation_idx = {index}\n{code}"
    return str(autoindent(code))


class _Uncompiled:
    """A template that Jinja reads when it is first used: some sources are known."""

    def __init__(self, environment: Any, file_name: str) -> None:
        self._environment, self._file_name = environment, file_name

    @cached_property
    def _template(self) -> Any:
        return self._environment.get_template(self._file_name)

    def make_module(self, keywords: Mapping[str, Any]) -> Any:
        """Fill in the template, see `jinja2.Template.make_module`."""
        return self._template.make_module(keywords)


class NumbaTemplate(CodeObjectTemplate):
    """A template whose result is the draft of a kernel.

    Parameters
    ----------
    environment : `jinja2.Environment`
        What templates have in common.
    file_name, source : str
        The template's file, and what is in it.
    """

    def __init__(self, environment: Any, file_name: str, source: str) -> None:
        super().__init__(_Uncompiled(environment, file_name), source)

    def __call__(self, scalar_code: Any, vector_code: Any, **kwds: Any) -> KernelDraft:
        """Fill in the template."""
        variables = kwds["variables"]
        for name, variable in variables.items():
            # Constants have no array: their name stands for their value
            if isinstance(variable, Variable) and not variable.array:
                kwds.setdefault(name, name)
        if "inner_variable" in kwds:
            kwds["inner_variable"] = models_name(kwds["inner_variable"])
        kwds["value_of"] = kwds.__getitem__
        kwds["rows_of"] = _rows_of
        kwds["scalar_code"] = _only_block(scalar_code)
        kwds["vector_code"] = _only_block(vector_code)
        body = autoindent_postfilter(str(self.template.make_module(kwds)))
        lines = [line.rstrip() for line in body.splitlines()]
        return KernelDraft("\n".join(line for line in lines if line), kwds)


def _rows_of(variable: Variable, address: str, size: str) -> str:
    """Return a pointer to new values of a variable."""
    name = dtype_name(variable.dtype, f"'{variable.name}'")
    return new_rows(f"{pointer_name(name)}({address})", size)


def _only_block(code: Any) -> Any:
    """Return the code itself where it has a single, nameless block."""
    return code[None] if code is not None and set(code) == {None} else code


class _Loader(LazyTemplateLoader):
    """Loads templates when they are first asked for."""

    def get_template(self, name: str) -> NumbaTemplate:
        if name not in self._templates:
            file_name = name + self.extension
            try:
                source = self.env.loader.get_source(self.env, file_name)[0]
            except TemplateNotFound:
                raise KeyError(f"No template with name '{name}' found.") from None
            self._templates[name] = NumbaTemplate(self.env, file_name, source)
        return self._templates[name]


class NumbaTemplater(Templater):
    """Gives Brian the numba target's templates, as attributes."""

    def __init__(self) -> None:
        super().__init__("brian2numba.generation", ".py_")
        # Macros would be looked for on the disk each time that they are imported
        self.env.auto_reload = False
        self.env.filters["vector"] = vector
        self.env.filters["scalar"] = scalar
        self.env.filters["renamed"] = renamed
        self.env.filters["block"] = block
        self.env.filters["blocks"] = blocks
        self.env.filters["releases"] = releases
        self.env.filters["in_order"] = in_order
        self.env.filters["in_run"] = in_run
        self.env.filters["each_named"] = each_named
        self.env.globals["read_in_order"] = read_in_order
        # Macros know no more of what a template was given than it gives them
        self.env.globals["new_rows"] = new_rows
        self.env.globals["working_memory"] = working_memory
        self.templates = _Loader(self.env, self.extension)


class AdaptiveTemplater(NumbaTemplater):
    """Gives Brian another template for state updates: one that adapts its steps."""

    def __getattr__(self, item: str) -> Any:
        return super().__getattr__(
            "adaptive_stateupdate" if item == "stateupdate" else item
        )
