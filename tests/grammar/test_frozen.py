"""Frozen classes are as those of `dataclasses`, but for what it costs to define them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest
from leadwright.grammar.frozen import frozen, frozen_kw_only


@frozen_kw_only
class Base:
    at: int = field(compare=False, repr=False)


@frozen
class Pair(Base):
    left: Any
    right: Any = "none"


@frozen
class Other(Base):
    left: Any
    right: Any = "none"


@frozen
class Empty:
    pass


@frozen
class One:
    only: int


def test_fields_are_given_by_place_name_or_default() -> None:
    assert (Pair(1, at=3).right, Pair(1, 2, at=3).right, Pair(left=1, right=2, at=3).left) == ("none", 2, 1)
    for wrong in (lambda: Pair(1), lambda: Pair(1, 2, 3), lambda: Pair(1, at=3, middle=2)):
        with pytest.raises(TypeError, match=r"Pair.__init__\(\)"):
            wrong()


def test_equal_where_what_is_compared_is_equal() -> None:
    assert Pair(1, at=3) == Pair(1, at=4)
    assert hash(Pair(1, at=3)) == hash(Pair(1, at=4))
    assert Pair(1, at=3) != Pair(2, at=3)
    assert Pair(1, at=3) != Other(1, at=3)
    assert Pair(1, at=3) != (1, "none")
    assert (Empty() == Empty(), One(1) == One(1), One(1) == One(2)) == (True, True, False)
    assert len({Empty(), Empty(), One(1), One(1)}) == 2


def test_nothing_can_be_changed_or_added() -> None:
    pair = Pair(1, at=3)
    for change in (
        lambda: setattr(pair, "left", 2),
        lambda: setattr(pair, "middle", 2),
        lambda: delattr(pair, "left"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert not hasattr(pair, "__dict__")


def test_copies_pickles_and_replacements_are_equal() -> None:
    for made in (Pair(1, [2], at=3), Empty(), One(1)):
        assert copy.deepcopy(made) == copy.copy(made) == pickle.loads(pickle.dumps(made)) == made
    moved = dataclasses.replace(Pair(1, at=3), at=5)
    assert (moved.at, pickle.loads(pickle.dumps(moved)).at) == (5, 5)


def test_what_is_shown_and_matched() -> None:
    assert repr(Pair(1, "x", at=3)) == "Pair(left=1, right='x')"
    assert [each.name for each in dataclasses.fields(Pair)] == ["at", "left", "right"]
    match Pair(1, 2, at=3):
        case Pair(left, right):
            assert (left, right) == (1, 2)
