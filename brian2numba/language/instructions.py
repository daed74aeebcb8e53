"""Instructions in LLVM's language, as they are written one after the other."""

from __future__ import annotations

from brian2numba.language.kinds import Kind, Tuple
from brian2numba.language.values import Value

__all__ = ["Instructions"]

#: How functions begin that do more than to return something
_WITH_EFFECTS = ("NRT_", "llvm.prefetch", "llvm.x86", "llvm.aarch64")


class Instructions:
    """The instructions of a function."""

    def __init__(self) -> None:
        #: The label of the present block
        self.block = "entry"
        #: Declarations of functions that are defined elsewhere, by their names
        self.declarations: dict[str, str] = {}
        self._allocations: list[str] = []
        self._lines: list[str] = []
        self._n_values = self._n_labels = 0
        self._is_open = True
        self._reached: set[str] = set()

    def definition(self, head: str) -> str:
        """Return the definition of the function, given what stands before its body."""
        return "\n".join(
            [f"{head} {{", "entry:", *self._allocations, *self._lines, "}"]
        )

    def emit(self, instruction: str) -> str:
        """Append an instruction; return the name of its result."""
        self._n_values += 1
        ref = f"%v{self._n_values}"
        self._lines.append(f"  {ref} = {instruction}")
        return ref

    def effect(self, instruction: str) -> None:
        """Append an instruction that has no result."""
        self._lines.append(f"  {instruction}")

    def declare(self, name: str, result: str, arguments: str) -> None:
        """Say that a function is called that is defined elsewhere."""
        has_effects = ".mem" in name or name.startswith(_WITH_EFFECTS)
        attributes = " nounwind" if has_effects else " nounwind willreturn memory(none)"
        text = f"declare {result} @{name}({arguments}){attributes}"
        self.declarations[name] = text

    def local(self, kind: str) -> str:
        """Return the address of memory of the function's own."""
        self._n_values += 1
        ref = f"%v{self._n_values}"
        self._allocations.append(f"  {ref} = alloca {kind}, align 64")
        return ref

    def scopes(self, scope: str) -> str:
        """Return what tells LLVM of an array, which is nothing where none is known."""
        return ""

    def label(self) -> str:
        """Return a new label."""
        self._n_labels += 1
        return f"b{self._n_labels}"

    def begin(self, label: str) -> None:
        """Begin the block of a label."""
        self._lines.append(f"{label}:")
        self.block, self._is_open = label, True

    def jump(self, label: str, metadata: str = "") -> None:
        """Go on at a label, unless the block has ended before."""
        if self._is_open:
            self.effect(f"br label %{label}{metadata}")
            self._reached.add(label)
        self._is_open = False

    def branch(self, condition: Value, if_true: str, if_false: str) -> None:
        """Go on at one of two labels."""
        self.effect(f"br i1 {condition.ref}, label %{if_true}, label %{if_false}")
        self._reached |= {if_true, if_false}
        self._is_open = False

    def unpacked(self, ref: str, kind: Kind) -> Value:
        """Return the value that an instruction gave, with its components."""
        if not isinstance(kind, Tuple):
            return Value(ref, kind)
        parts = tuple(
            self.unpacked(self.emit(f"extractvalue {kind.llvm} {ref}, {k}"), part)
            for k, part in enumerate(kind.kinds)
        )
        return Value("", kind, parts=parts)
