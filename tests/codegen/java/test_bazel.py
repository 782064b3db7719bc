"""Bazel can't build here: its files are formatted and linted by buildifier, and their labels are checked."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.java import ProjectOptions, build_project
from crossfade.codegen.java.bazel import bazel_name, bazel_view
from crossfade.codegen.java.render_scaffold import render_scaffold

pytestmark = pytest.mark.slow

BUILDIFIER = "github.com/bazelbuild/buildtools/buildifier@v0.0.0-20260904073137-eaa4d125b423"

LINT = ("-mode=diff", "-lint=warn")


@pytest.fixture(scope="module")
def buildifier(go_program: Callable[[str], Path]) -> Path:
    """The formatter of BUILD files."""
    return Path(found) if (found := shutil.which("buildifier")) else go_program(BUILDIFIER)


def test_formatted_and_linted(buildifier: Path, fragments: Mapping[str, Any], tmp_path: Path) -> None:
    """The files of every fragment, from .proto files and from descriptors, are as buildifier writes them."""
    paths = []
    for name, made in fragments.items():
        project = made.project
        from_descriptors = build_project(without_sources(made.contract), ProjectOptions(package=project.base_package))
        assert from_descriptors.descriptor_set
        for kind, model in (("protos", project), ("descriptors", from_descriptors)):
            rendered = render_scaffold(model)
            for file in ("BUILD.bazel", "MODULE.bazel"):
                path = tmp_path / name / kind / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(rendered[file])
                paths.append(str(path))
    done = subprocess.run([buildifier, *LINT, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def without_sources(contract: Any) -> Any:
    """The contract as reflection would give it."""
    return type(contract)(contract.files)


def test_every_label_of_the_package_is_a_target(fragments: Mapping[str, Any]) -> None:
    """No dependency on a rule that is not there, and no two rules of one name."""
    for made in fragments.values():
        text = render_scaffold(made.project)["BUILD.bazel"].decode()
        names = re.findall(r'^    name = "([^"]+)"', text, re.MULTILINE)
        assert len(names) == len(set(names))
        assert set(re.findall(r'":([\w.-]+)"', text)) <= set(names)


def test_every_module_is_declared(fragments: Mapping[str, Any]) -> None:
    """A label of another module needs a bazel_dep, or the hub of Maven artifacts with that artifact in it."""
    for made in fragments.values():
        rendered = render_scaffold(made.project)
        build, module = rendered["BUILD.bazel"].decode(), rendered["MODULE.bazel"].decode()
        declared = set(re.findall(r'bazel_dep\(name = "([^"]+)"', module)) | {"maven"}
        assert set(re.findall(r'"@([\w-]+)//', build)) <= declared
        artifacts = {
            re.sub(r"[.:-]", "_", item.rpartition(":")[0])
            for item in re.findall(r'^        "([^"]+)"', module, re.MULTILINE)
        }
        assert set(re.findall(r'"@maven//:(\w+)"', build)) <= artifacts


def test_imports_become_labels(load: Any) -> None:
    """Protobuf's own protos, Google's, and those of the project."""
    contract = load(
        one="""syntax = "proto3"; package p; import "google/protobuf/timestamp.proto"; import "google/api/annotations.proto";
               import "two.proto"; message M { google.protobuf.Timestamp t = 1; Two two = 2; }
               service S { rpc Do(M) returns (M); }""",
        two="""syntax = "proto3"; package p; message Two {}""",
    )
    view: Any = bazel_view(build_project(contract, ProjectOptions(package="dev.p")))
    (one, two) = sorted(view["bazel_protos"], key=lambda proto: str(proto.name))
    assert one.deps == (":two_proto", "@googleapis//google/api:annotations_proto", "@protobuf//:timestamp_proto")
    assert (one.has_services, two.has_services, two.deps) == (True, False, ())
    assert view["uses_googleapis"]


def test_paths_that_would_meet(load: Any) -> None:
    """Have targets of their own."""
    message = 'syntax = "proto3"; package {0}; message M {{}} service S{0} {{ rpc Do(M) returns (M); }}'
    contract = load(**{"a_b": message.format("one"), "a-b": message.format("two")})
    view: Any = bazel_view(build_project(contract, ProjectOptions(package="dev.p")))
    assert sorted(proto.name for proto in view["bazel_protos"]) == ["a_b", "a_b_2"]


@pytest.mark.parametrize(
    ("artifact", "name"), [("users", "users"), ("Users API", "users_api"), ("3d", "service_3d"), ("_", "service")]
)
def test_names(artifact: str, name: str) -> None:
    """A module's name begins with a letter and has no capital."""
    assert bazel_name(artifact) == name
