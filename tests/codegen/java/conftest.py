"""Contracts of which Java is made: the fragments, one .proto text, and the compilers that Maven has fetched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.codegen.java import ProjectModel, ProjectOptions, build_project
from crossfade.codegen.java.verify import Compilers, find_compilers

FRAGMENTS = Path(__file__).parent / "fragments"


@dataclass(frozen=True)
class Made:
    """A contract and the model that was made of it."""

    contract: Contract
    project: ProjectModel


def _fragment_files() -> dict[str, tuple[Path, ...]]:
    """Files that are one contract stand in a folder of their own."""
    return {
        path.stem.replace("-", "_").replace(".", "_"): tuple(sorted(path.glob("*.proto"))) if path.is_dir() else (path,)
        for path in sorted(FRAGMENTS.iterdir())
    }


@pytest.fixture(scope="session")
def fragments() -> Mapping[str, Made]:
    """The fragments by name, each in a package of its own."""
    made = {}
    for name, files in _fragment_files().items():
        contract = load_contract(ProtoFiles(files=files, includes=(FRAGMENTS,)))
        made[name] = Made(contract, build_project(contract, ProjectOptions(package=f"dev.crossfade.fragments.{name}")))
    return made


@pytest.fixture(params=_fragment_files())
def fragment(request: pytest.FixtureRequest, fragments: Mapping[str, Made]) -> Made:
    """Each fragment."""
    return fragments[request.param]


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Contract]:
    """The contract of .proto texts by file name; a lone text is ``one.proto``."""

    def load(text: str = "", **texts: str) -> Contract:
        names = {f"{name}.proto": content for name, content in texts.items()} | ({"one.proto": text} if text else {})
        for name, content in names.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        return load_contract(ProtoFiles(files=tuple(tmp_path / name for name in names), includes=(tmp_path,)))

    return load


@pytest.fixture(scope="session")
def compilers() -> Compilers:
    """Protoc and the grpc plugin from Maven's repository; a Maven build fetches them."""
    found = find_compilers(Path.home() / ".m2" / "repository")
    if found is None:
        pytest.skip("Maven has not fetched protoc and protoc-gen-grpc-java yet: run the tests in compiled/ first")
    return found
