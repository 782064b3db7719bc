"""What is known of the folder's values so far. Each round of inference adds to it; detectors see the last."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from crossfade.codegen.hazards.inference.fields import Fields
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort, flat, join
from crossfade.codegen.hazards.source.project import Project
from crossfade.codegen.hazards.source.units import Class

MAX_BASES = 32
MAX_OVERRIDES = 200


@dataclass(slots=True)
class Told:
    """What calls, ``return`` statements and assignments of one round show of parameters, results and attributes."""

    params: dict[tuple[str, str], Kind] = field(default_factory=dict)
    returns: dict[str, Kind] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Kind] = field(default_factory=dict)


@dataclass(slots=True)
class Facts:
    """Kinds of parameters, results, attributes and names; which unit may run which (``edges``).

    A round reads what the one before ``told``, and tells anew: what was not known yet must not look like a value that
    is unknown. ``bound`` are parameters that are known beforehand. ``names`` are by unit, ``module:`` for a module's
    own. ``kinds`` are those of single expressions. ``nullable`` are keys of dicts that are None somewhere in the
    folder. ``origins`` are the assignments behind imported names. ``targets`` are the units that a call or a property
    may run. ``made`` are the classes of which the folder makes an instance somewhere: no other class's methods run.
    """

    project: Project
    fields: Fields
    told: Told = field(default_factory=Told)
    bound: dict[tuple[str, str], Kind] = field(default_factory=dict)
    names: dict[str, dict[str, Kind]] = field(default_factory=lambda: defaultdict(dict))
    kinds: dict[ast.AST, Kind] = field(default_factory=dict)
    edges: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    targets: dict[ast.AST, tuple[str, ...]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    bases: dict[str, tuple[Kind, ...]] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)
    origins: dict[tuple[str, str], str] = field(default_factory=dict)
    _telling: Told = field(default_factory=Told)
    _classes_by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _overrides: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _alive: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for found in self.project.classes.values():
            self._classes_by_name[found.node.name].append(found.id)
            for name, unit in found.methods.items():
                self._by_name[name].append(unit)

    def turn(self) -> bool:
        """Ends a round: what it found is read from now on. Returns whether that is anything new."""
        before, self.told, self._telling = self.told, self._telling, Told()
        return self.told != before

    def begin(self) -> None:
        """Begins a round: kinds and edges are found anew."""
        self.kinds.clear()
        self.edges.clear()
        self.targets.clear()
        self._overrides.clear()
        self._alive = {name for made in self.made for name in self.lineage(made)}

    def param(self, unit: str, name: str) -> Kind:
        """What callers give to a parameter."""
        return self.bound.get((unit, name)) or self.told.params.get((unit, name), UNKNOWN)

    def result(self, unit: str) -> Kind:
        """What a function returns."""
        return self.told.returns.get(unit, UNKNOWN)

    def add_param(self, unit: str, name: str, kind: Kind) -> None:
        """A call gives this parameter such a value."""
        _add(self._telling.params, (unit, name), kind)

    def add_return(self, unit: str, kind: Kind) -> None:
        """The function returns such a value."""
        _add(self._telling.returns, unit, kind)

    def set_return(self, unit: str, kind: Kind) -> None:
        """The function itself declares that it returns such a value."""
        self._telling.returns[unit] = kind

    def add_attribute(self, owner: str, name: str, kind: Kind) -> None:
        """Such a value is assigned to an attribute of the class, or of its instances."""
        _add(self._telling.attributes, (owner, name), kind)

    def lineage(self, owner: str) -> Iterator[str]:
        """The class and its bases within the folder, nearest first; classes in a circle end it."""
        waiting, seen = [owner], set[str]()
        while waiting and len(seen) < MAX_BASES:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            yield current
            waiting += [base.ref for base in self.bases.get(current, ()) if base.sort is Sort.CLASS]

    def outside_bases(self, owner: str) -> Iterator[str]:
        """Dotted names of bases that are not of this folder, also of bases."""
        for current in self.lineage(owner):
            yield from (base.ref for base in self.bases.get(current, ()) if base.sort is Sort.EXTERNAL)

    def find_method(self, owner: str, name: str) -> str:
        """The unit of a method, "" where no class of the folder has it."""
        for current in self.lineage(owner):
            found = self.project.classes.get(current)
            if found is not None and name in found.methods:
                return found.methods[name]
        return ""

    def attribute(self, owner: str, name: str) -> Kind:
        """What is known of an attribute that is no method; a None of ``__init__`` mostly stands for "not yet"."""
        for current in self.lineage(owner):
            kind = self.told.attributes.get((current, name))
            if kind is not None:
                return UNKNOWN if kind.sort is Sort.NONE else replace(kind, optional=False)
        return UNKNOWN

    def overrides(self, owner: str, name: str) -> tuple[str, ...]:
        """The units of this method in the classes that inherit from a class, of those whose instances are made.

        None where very many have it.
        """
        known = self._overrides.get((owner, name))
        if known is None:
            units = self._by_name.get(name, [])
            known = tuple(unit for unit in (units if len(units) <= MAX_OVERRIDES else ()) if self._is_over(unit, owner))
            self._overrides[owner, name] = known
        return known

    def _is_over(self, unit: str, owner: str) -> bool:
        own = self.project.units[unit].owner
        return own != owner and own in self._alive and owner in self.lineage(own)

    def classes_named(self, name: str) -> list[str]:
        """The ids of all classes of this name."""
        return self._classes_by_name.get(name, [])

    def find_class(self, identity: str) -> Class | None:
        """A class of the folder."""
        return self.project.classes.get(identity)


K = TypeVar("K")


def _add(table: dict[K, Kind], key: K, kind: Kind) -> None:
    table[key] = flat(join(table[key], kind) if key in table else kind)
