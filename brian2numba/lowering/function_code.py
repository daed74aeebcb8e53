"""The statements of one function, written as LLVM's instructions."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from brian2numba.errors import NotInLanguageError
from brian2numba.language import interleaved
from brian2numba.language.fields import read_field, write_field
from brian2numba.language.instructions import Instructions
from brian2numba.language.kinds import (
    ADDRESSES,
    INT64,
    VOID,
    Array,
    Kind,
    Scalar,
    Tuple,
)
from brian2numba.language.users_arrays import length_of
from brian2numba.language.values import NOTHING, Value, constant, convert
from brian2numba.lowering.accesses import load, store
from brian2numba.lowering.calls import failing, flattened
from brian2numba.lowering.expressions import Expressions
from brian2numba.lowering.inference import Types
from brian2numba.lowering.speculation import alternatives

__all__ = ["FunctionCode"]


class FunctionCode(Instructions):
    """Writes a function.

    Parameters
    ----------
    types : Types
        The types of its variables.
    module : Module
        The module that it is part of.
    """

    def __init__(self, types: Types, module: Any) -> None:
        super().__init__()
        self.types = types
        self.module = module
        self._variables: dict[str, Value] = {}
        self._loops: list[tuple[str, str]] = []
        #: The line of the present statement
        self.line = 0
        self._expressions = Expressions(self)

    def text(self, name: str, linkage: str = "internal ") -> str:
        """Write the function; return it as a definition in LLVM's language."""
        definition = self.types.definition
        parameters: list[str] = []
        for parameter in definition.parameters:
            kind = self.types.variables[parameter]
            value = self._parameter(kind, parameters, is_entry=not linkage)
            if self.types.n_assignments[parameter] == 1:
                self._variables[parameter] = value
            else:
                self._assign_name(parameter, value)
        self._run(definition.tree.body)
        if self._is_open:
            self._return(None)
        result = self.types.result
        returned = failing(result) if self._can_fail else result.llvm
        given = ", ".join(parameters)
        is_inlined = definition.is_inlined or self._is_checked_late
        inlining = " alwaysinline" if is_inlined else ""
        self.module.declarations.update(self.declarations)
        return self.definition(
            f"define {linkage}{returned} @{name}({given}) nounwind{inlining}"
        )

    def _parameter(
        self, kind: Kind, parameters: list[str], is_entry: bool = False
    ) -> Value:
        if isinstance(kind, Tuple):
            parts = tuple(self._parameter(part, parameters) for part in kind.kinds)
            return Value("", kind, parts=parts)
        if is_entry and isinstance(kind, ADDRESSES):
            # What is called by its address is given integers
            return convert(self, self._parameter(INT64, parameters), kind)
        ref = f"%a{len(parameters)}"
        parameters.append(f"{kind.llvm} {ref}")
        return Value(ref, kind)

    def scopes(self, scope: str) -> str:
        """Return what tells LLVM that an array shares no memory with others."""
        text: str = self.module.scopes(scope)
        return text

    @property
    def is_kernel(self) -> bool:
        """Whether the function is the kernel itself, whose result is a status."""
        name: str = self.types.definition.name
        return name == "kernel"

    def fail(self, status: int) -> None:
        """Let the kernel return a status, or a function that it failed."""
        if self.is_kernel:
            self.effect(f"ret i64 {status}")
        elif self._can_fail:
            of, result = failing(self.types.result), self.types.result
            rest = "" if result == VOID else f", {result.llvm} zeroinitializer"
            self.effect(f"ret {of} {{i1 true{rest}}}")
        else:
            raise NotInLanguageError(f"an array in {self.types.definition.name}")
        self._is_open = False

    @cached_property
    def _can_fail(self) -> bool:
        return not self.is_kernel and self.types.takes_arrays

    @property
    def _is_checked_late(self) -> bool:
        """Whether it is given an array that the kernel checks when it returns."""
        kinds = (self.types.variables[p] for p in self.types.definition.parameters)
        return any(isinstance(kind, Array) and kind.is_checked_late for kind in kinds)

    def variable(self, name: str) -> Value:
        """Return the present value of a variable."""
        known = self._variables.get(name)
        if known is None:
            raise NotInLanguageError(f"the variable {name} before it has a value")
        if self._is_kept_in_memory(name):
            return self._loaded(known)
        # An address that has a name may be one of words that have several
        return replace(known, scope="") if known.kind == INT64 else known

    def _is_kept_in_memory(self, name: str) -> bool:
        is_parameter = name in self.types.definition.parameters
        is_unchanged = is_parameter and self.types.n_assignments[name] == 1
        return not (is_unchanged or name in self._assigned_once)

    def _loaded(self, memory: Value) -> Value:
        kind = memory.kind
        if isinstance(kind, Tuple):
            parts = tuple(self._loaded(part) for part in memory.parts)
            return Value("", kind, parts=parts)
        return Value(self.emit(f"load {kind.llvm}, ptr {memory.ref}"), kind)

    # Statements

    @cached_property
    def _assigned_once(self) -> set[str]:
        """The variables with one assignment, outside of loops and conditions."""
        return {
            target.id
            for node in self.types.definition.tree.body
            if isinstance(node, ast.Assign)
            for whole in node.targets
            for target in ast.walk(whole)
            if isinstance(target, ast.Name)
            and self.types.n_assignments.get(target.id) == 1
        }

    def _run(self, statements: Sequence[ast.stmt]) -> None:
        for node in statements:
            if not self._is_open:
                return
            self.line = node.lineno
            try:
                self._write(node)
            except NotInLanguageError as error:
                error.locate(self.types.definition.place(node))
                raise

    def _write(self, node: ast.stmt) -> None:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise NotInLanguageError(f"the statement {ast.unparse(node)}")
        method(node)

    def _pass(self, node: ast.Pass) -> None:
        pass

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._expressions.value(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self._expressions.value(node.value)
        for target in node.targets:
            self._assign_to(target, value)

    def _assign_to(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                self._assign_name(name, value)
            case ast.Tuple(elts=targets):
                for part, part_value in zip(targets, value.parts, strict=True):
                    self._assign_to(part, part_value)
            case ast.Subscript(value=owner, slice=index):
                pointer = self._expressions.value(owner)
                store(self, pointer, self._expressions.value(index), value)
            case ast.Attribute(value=owner, attr=name):
                write_field(self, self._expressions.value(owner), name, value)
            case _:
                raise NotInLanguageError(f"an assignment to {ast.unparse(target)}")

    def _assign_name(self, name: str, value: Value) -> None:
        kind = self.types.variables[name]
        if not isinstance(kind, Tuple):
            value = convert(self, value, kind) if value.kind != kind else value
        if name in self._assigned_once:
            self._variables[name] = value
            return
        if name not in self._variables:
            self._variables[name] = self._memory(kind)
        self._keep(value, self._variables[name])

    def _memory(self, kind: Kind) -> Value:
        if isinstance(kind, Tuple):
            parts = tuple(self._memory(part) for part in kind.kinds)
            return Value("", kind, parts=parts)
        return Value(self.local(kind.llvm), kind)

    def _keep(self, value: Value, memory: Value) -> None:
        for part, place in zip(flattened(value), flattened(memory), strict=True):
            self.effect(f"store {part.kind.llvm} {part.ref}, ptr {place.ref}")

    def _augassign(self, node: ast.AugAssign) -> None:
        right = node.value
        if isinstance(node.target, ast.Subscript):
            owner = self._expressions.value(node.target.value)
            index = self._expressions.value(node.target.slice)
            before = self._expressions.item(owner, index)
            value = self._expressions.value(right)
            after = self._expressions.binary(type(node.op), before, value)
            store(self, owner, index, after)
        elif isinstance(node.target, ast.Attribute):
            owner = self._expressions.value(node.target.value)
            before = read_field(self, owner, node.target.attr)
            value = self._expressions.value(right)
            after = self._expressions.binary(type(node.op), before, value)
            write_field(self, owner, node.target.attr, after)
        elif isinstance(node.target, ast.Name):
            before = self.variable(node.target.id)
            value = self._expressions.value(right)
            after = self._expressions.binary(type(node.op), before, value)
            self._assign_name(node.target.id, after)
        else:
            raise NotInLanguageError(f"an assignment to {ast.unparse(node.target)}")

    def _if(self, node: ast.If) -> None:
        condition = self._expressions.truth(node.test)
        both = alternatives(node, self.types, self._variables)
        if both is not None:
            name, first, second = both
            kind = self.types.variables[name]
            assert isinstance(kind, Scalar)
            value = self._expressions.selected(condition, first, second, kind)
            self._assign_name(name, value)
            return
        body, other, end = self.label(), self.label(), self.label()
        self.branch(condition, body, other if node.orelse else end)
        self.begin(body)
        self._run(node.body)
        self.jump(end)
        if node.orelse:
            self.begin(other)
            self._run(node.orelse)
            self.jump(end)
        self._go_on(end)

    def _while(self, node: ast.While) -> None:
        if node.orelse:
            raise NotInLanguageError("else after a loop")
        head, body, end = self.label(), self.label(), self.label()
        self.jump(head)
        self.begin(head)
        condition = self._expressions.truth(node.test)
        if condition.number is True:
            self.jump(body)
        else:
            self.branch(condition, body, end)
        self.begin(body)
        self._in_loop(node.body, head, end)
        self.jump(head)
        self._go_on(end)

    def _for(self, node: ast.For) -> None:
        array = self._iterated(node)
        if array is None:
            start, stop, step = self._range(node)
        else:
            start, stop, step = constant(0), length_of(array), 1
        assert isinstance(node.target, ast.Name)
        counter = Value(self.local("i64"), INT64)
        self._keep(start, counter)
        head, body, following, end = (self.label() for _ in range(4))
        self.jump(head)
        self.begin(head)
        present = self._loaded(counter)
        order = "slt" if step > 0 else "sgt"
        goes_on = self.emit(f"icmp {order} i64 {present.ref}, {stop.ref}")
        self.branch(Value(goes_on, INT64), body, end)
        self.begin(body)
        item = present if array is None else load(self, array.parts[0], present)
        self._assign_name(node.target.id, item)
        self._in_loop(node.body, following, end)
        self.jump(following)
        self.begin(following)
        present = self._loaded(counter)
        moved = self.emit(f"add nsw i64 {present.ref}, {step}")
        self._keep(Value(moved, INT64), counter)
        self.jump(head, self._loop_metadata(node))
        self.begin(end)

    def _loop_metadata(self, node: ast.For) -> str:
        """Return what LLVM is told of a loop."""
        if not isinstance(node.iter, ast.Call):
            return ""
        is_interleaved = self.types.thing(node.iter.func) is interleaved
        return self.module.interleaving() if is_interleaved else ""

    def _iterated(self, node: ast.For) -> Value | None:
        """Return the array that a loop goes through; None for a range."""
        if not isinstance(node.iter, ast.Name) or node.orelse:
            return None
        array = self._expressions.value(node.iter)
        is_list = isinstance(array.kind, Array) and array.kind.n_dimensions == 1
        return array if is_list and isinstance(node.target, ast.Name) else None

    def _range(self, node: ast.For) -> tuple[Value, Value, int]:
        """Return where a loop starts and stops, and its step."""
        call = node.iter
        is_range = (
            isinstance(call, ast.Call)
            and isinstance(node.target, ast.Name)
            and not node.orelse
            and self.types.thing(call.func) in (range, interleaved)
        )
        if not is_range:
            raise NotInLanguageError(f"a loop over {ast.unparse(call)}")
        assert isinstance(call, ast.Call)
        args = [self._expressions.value(argument) for argument in call.args]
        if any(arg.kind != INT64 for arg in args):
            raise NotInLanguageError("a range of other numbers than integers")
        step = args[2].number if len(args) > 2 else 1  # noqa: PLR2004 (with a step)
        if not isinstance(step, int) or step == 0:
            raise NotInLanguageError("a range with a step that is not known")
        if len(args) == 1:
            return constant(0), args[0], step
        return args[0], args[1], step

    def _go_on(self, label: str) -> None:
        """Go on at a label, if anything leads there."""
        if label in self._reached:
            self.begin(label)

    def _in_loop(self, body: Sequence[ast.stmt], following: str, end: str) -> None:
        self._loops.append((following, end))
        self._run(body)
        self._loops.pop()

    def _break(self, node: ast.Break) -> None:
        self.jump(self._loops[-1][1])

    def _continue(self, node: ast.Continue) -> None:
        self.jump(self._loops[-1][0])

    def _return(self, node: ast.Return | None) -> None:
        kind = self.types.result
        value = NOTHING
        if node is not None and node.value is not None:
            value = self._expressions.value(node.value)
        if self._can_fail:
            self._return_success(kind, value)
        elif kind == VOID:
            self.effect("ret void")
        elif isinstance(kind, Tuple):
            self._return_record(kind, value)
        else:
            value = convert(self, value, kind) if value.kind != kind else value
            self.effect(f"ret {kind.llvm} {value.ref}")
        self._is_open = False

    def _return_success(self, kind: Kind, value: Value) -> None:
        of = failing(kind)
        if kind == VOID:
            self.effect(f"ret {of} zeroinitializer")
            return
        ref = (
            self._whole_record(kind, value)
            if isinstance(kind, Tuple)
            else convert(self, value, kind).ref
        )
        whole = self.emit(f"insertvalue {of} zeroinitializer, {kind.llvm} {ref}, 1")
        self.effect(f"ret {of} {whole}")

    def _return_record(self, kind: Tuple, value: Value) -> None:
        self.effect(f"ret {kind.llvm} {self._whole_record(kind, value)}")

    def _whole_record(self, kind: Tuple, value: Value) -> str:
        if any(isinstance(part, Tuple) for part in kind.kinds):
            raise NotInLanguageError("a result with an array or a tuple in it")
        whole = "undef"
        for k, (part, part_kind) in enumerate(
            zip(value.parts, kind.kinds, strict=True)
        ):
            part = convert(self, part, part_kind) if part.kind != part_kind else part  # noqa: PLW2901
            of = part_kind.llvm
            whole = self.emit(f"insertvalue {kind.llvm} {whole}, {of} {part.ref}, {k}")
        return whole
