"""Which classes a Java source imports, and how it then calls them."""

from collections.abc import Iterable

from crossfade.codegen.java.names import JavaClass
from crossfade.codegen.java.words import JAVA_LANG


class Imports:
    """The imports of one source. A class whose simple name is taken is written in full.

    Taken are what the source declares, what its package has, and all of java.lang: a person goes on writing there.
    """

    def __init__(self, package: str, taken: Iterable[str]) -> None:
        self._package = package
        self._owners: dict[str, JavaClass | None] = dict.fromkeys((*taken, *JAVA_LANG))

    def use(self, java: JavaClass) -> str:
        """What the source writes for a class: ``Build``, ``Outer.Inner``, or the whole name."""
        top = JavaClass(package=java.package, path=java.path[:1])
        owner = self._owners.setdefault(top.path[0], top)
        return ".".join(java.path) if owner == top else str(java)

    @property
    def lines(self) -> tuple[str, ...]:
        """The classes to import, in the order of google-java-format."""
        wanted = (java for java in self._owners.values() if java is not None and java.package != self._package)
        return tuple(sorted(map(str, wanted)))
