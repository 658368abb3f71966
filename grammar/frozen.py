"""Frozen dataclasses that cost little to define.

A syntax tree and a plan are made of more than a hundred of them, and most runs use few. `dataclass` writes
and compiles six methods a class; here only `__init__` is written, at the first instance, and the others are
shared. All else is as with `@dataclass(frozen=True, slots=True)`, whose
functions `fields`, `replace` and `is_dataclass` work too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: type[_T]) -> type[_T]:
    """Makes a class a frozen dataclass with slots. Fields may have a `default`, and be left out of comparing
    or of the repr."""
    return _with_methods(dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls))


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def frozen_kw_only(cls: type[_T]) -> type[_T]:
    """The same with fields that are given by name alone."""
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    return _with_methods(made)


def _with_methods(cls: type[_T]) -> type[_T]:
    """Gives a class its methods, but for those that it has already."""
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # it is one
    of = _getter([field.name for field in fields if field.compare])
    shown = [field.name for field in fields if field.repr]
    whole = _getter([field.name for field in fields])
    names = tuple(field.name for field in fields)

    def initialize(self: Any, *given: Any, **named: Any) -> None:
        made = _initializer(cls, fields)
        type.__setattr__(cls, "__init__", made)
        made(self, *given, **named)

    def equals(self: Any, other: object) -> Any:
        return of(self) == of(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(of(self))

    def represented(self: Any) -> str:
        return f"{cls.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def state(self: Any) -> tuple[Any, ...]:
        found = whole(self)
        return found if len(names) > 1 else (found,) if names else ()

    def restore(self: Any, values: tuple[Any, ...]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    for name, method in {
        "__init__": initialize,
        "__eq__": equals,
        "__hash__": hashed,
        "__repr__": represented,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": state,
        "__setstate__": restore,
    }.items():
        # `__hash__` is None in a class that says how it is compared.
        if name not in cls.__dict__ or cls.__dict__[name] is None:
            setattr(cls, name, method)
    return cls


def _getter(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _refuse(self: object, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change {name!r} of a {type(self).__name__}")


def _initializer(cls: type, fields: Iterable[dataclasses.Field[Any]]) -> Callable[..., None]:
    """Writes `__init__`; each slot is filled by its own descriptor, which is the quickest way to do it."""
    names: dict[str, Any] = {}
    given, lines = ["self"], []
    named: list[str] = []
    for field in fields:
        name = field.name
        names[f"set_{name}"] = getattr(cls, name).__set__
        taken = name
        if field.default is not dataclasses.MISSING:
            names[f"default_{name}"] = field.default
            taken = f"{name}=default_{name}"
        (named if field.kw_only else given).append(taken)
        lines.append(f" set_{name}(self, {name})\n")
    parameters = ", ".join([*given, *(["*", *named] if named else [])])
    exec(f"def __init__({parameters}):\n{''.join(lines) or ' pass'}", names)
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made
