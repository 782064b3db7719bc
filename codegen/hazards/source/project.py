"""The folder as Python sees it: modules by name, functions and classes by id, imports resolved within it."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crossfade.codegen.hazards.source.files import File
from crossfade.codegen.hazards.source.units import Class, Module, Unit, units_of

# What no end of a path of the folder means: a service keeps its stubs in folders of these names, too.
_ELSEWHERE = sys.stdlib_module_names | {"grpc", "google"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Modules, units and classes.

    ``packages`` are names below which modules lie; ``suffixes`` finds a module by the end of the name of its path.
    """

    modules: Mapping[str, Module]
    packages: frozenset[str]
    units: Mapping[str, Unit]
    classes: Mapping[str, Class]
    suffixes: Mapping[str, str]

    def find_module(self, name: str, beside: Module | None = None) -> str:
        """The name of a module as it is imported: by its path, beside the importing file, or by the end of its path.

        The folder may be the inside of a package, whose name imports have in front, or may hold several roots.
        "" where it is not of this folder.
        """
        if name in self.modules:
            return name
        if name.partition(".")[0] in _ELSEWHERE:
            return ""
        if beside is not None and beside.package and f"{beside.package}.{name}" in self.modules:
            return f"{beside.package}.{name}"
        if name in self.suffixes:
            return self.suffixes[name]
        rest = name
        while "." in rest:
            rest = rest.partition(".")[2]
            if rest in self.modules and "." in rest:
                return rest
        return self._inside(name)

    def _inside(self, name: str) -> str:
        """``app.texts`` is ``texts`` where the scanned folder itself is the package app: it has an ``__init__.py``."""
        last = name.rpartition(".")[2]
        return last if "." in name and last in self.modules and "" in self.modules else ""


def make_project(files: Iterable[File]) -> Project:
    """The project of some files."""
    modules: dict[str, Module] = {}
    units: dict[str, Unit] = {}
    classes: dict[str, Class] = {}
    for file in files:
        module = _module(file)
        modules[module.name] = module
        own_units, own_classes = units_of(module)
        units.update({unit.id: unit for unit in own_units})
        classes.update({found.id: found for found in own_classes})
    packages = frozenset(start for module in modules for start in _starts(module))
    return Project(modules=modules, packages=packages, units=units, classes=classes, suffixes=_suffixes(modules))


def _module(file: File) -> Module:
    parts = file.path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        name = ".".join(parts[:-1])
        return Module(name=name, package=name, file=file)
    return Module(name=".".join(parts), package=".".join(parts[:-1]), file=file)


def _suffixes(modules: Iterable[str]) -> dict[str, str]:
    """``app.texts`` for ``src.app.texts``, where no other module ends so."""
    found: dict[str, str] = {}
    doubles = set()
    for module in modules:
        for suffix in _ends(module):
            if suffix in found:
                doubles.add(suffix)
            found[suffix] = module
    return {suffix: module for suffix, module in found.items() if suffix not in doubles}


def _ends(module: str) -> Iterator[str]:
    rest = module
    while "." in rest:
        rest = rest.partition(".")[2]
        yield rest


def _starts(module: str) -> Iterator[str]:
    rest = module
    while "." in rest:
        rest = rest.rpartition(".")[0]
        yield rest
