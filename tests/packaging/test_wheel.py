"""The wheel as a user gets it: what is inside, and that it works beside a service without any extra."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[2]
HOUSE = ("shadow", "codegen", "parity_tests", "reports", "tools", "examples")
WRAPPER = ("mvnw", "mvnw.cmd", ".properties")  # Maven's, which goes into generated projects
DATA = (".toml", ".html", ".css", ".js", ".json", ".proto", ".java", ".j2", ".md", "pom.xml", "py.typed", *WRAPPER)
LEFT_BEHIND = ("__pycache__", "target")
CONFIG = """\
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"
[gate]
routes = ["GET /ok"]
"""
# Imports all that is installed but the engine and the example's services, which are extras.
IMPORT_ALL = """
import importlib, pathlib, sys
import crossfade
root = pathlib.Path(list(crossfade.__path__)[0])
assert pathlib.Path(sys.prefix) in root.parents, root
EXTRAS = ("mitmproxy", "aiohttp", "prometheus_client", "hypothesis", "pytest", "deepdiff", "kubernetes")
CANARY = "crossfade.shadow.canary."
WITH_EXTRA = (
    "crossfade.shadow.operate.admin", "crossfade.shadow.operate.metrics", "crossfade.shadow.operate.weights_api",
    CANARY + "control.api", CANARY + "control.loop", CANARY + "control.metrics", CANARY + "control.webhooks",
    CANARY + "notify.sender", CANARY + "planes.engine", CANARY + "planes.gateway", CANARY + "planes.http_answers",
    CANARY + "planes.kubernetes_api", CANARY + "planes.mode_file",
    "crossfade.parity_tests.fuzz", "crossfade.parity_tests.plugin", "crossfade.parity_tests.standalone.python.",
    "crossfade.tools.canary_run", "crossfade.tools.fuzz_run", "crossfade.tools.gate_endpoint",
    "crossfade.tools.gate_serve_run", "crossfade.tools.ingest_figures",
)
count = 0
for path in sorted(root.rglob("*.py")):
    name = ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__")
    if name.endswith("__main__") or name.startswith(("crossfade.examples.", "crossfade.shadow.capture.mitmproxy")):
        continue
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        assert name.startswith(WITH_EXTRA) and error.name in EXTRAS, (name, error.name)
    count += 1
print(count)
"""


def house_files(root: Path) -> set[str]:
    """What of the house is to be installed: every module and every file of data, none of folders that are hidden."""
    files = (path.relative_to(root) for folder in HOUSE for path in (root / folder).rglob("*") if path.is_file())
    return {
        str(path)
        for path in files
        if path.name.endswith((".py", *DATA))
        and not any(part in LEFT_BEHIND or part.startswith(".") for part in path.parts)
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The wheel of a copy of this tree, in which Maven and Python have left things behind; what the build said."""
    copy = tmp_path_factory.mktemp("tree")
    for name in (*HOUSE, "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("target/pom.xml", "target/classes/dev/X.java", "__pycache__/x.py"):
        path = copy / "examples" / "buildqueue" / "candidate" / name
        path.parent.mkdir(parents=True)
        path.write_text("x")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (copy / "dist").glob("*.whl")
    return wheel, done.stdout + done.stderr


@pytest.fixture(scope="module")
def names(built: tuple[Path, str]) -> list[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(built[0]) as wheel:
        return wheel.namelist()


@pytest.fixture(scope="module")
def installed(built: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an empty environment into which only the wheel was installed."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    done = subprocess.run(
        [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", built[0]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder / "bin"


def run(words: Iterable[object], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs an installed command in a folder, with nothing of this environment."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    command = [str(word) for word in words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def store(folder: Path, matched: int) -> None:
    """A service's folder with a run of so many equal answers, written by the crossfade of this environment."""
    (folder / "crossfade.toml").write_text(CONFIG)
    fields = ("run_id", "service", "engine", "legacy_build", "candidate_build", "rules_digest", "contract_digest")
    writer = EvidenceWriter.begin(
        store_in(folder / ".crossfade"), RunInfo(**dict.fromkeys(fields, "x"), started_at=1.0), None
    )
    route = RouteInfo(route="GET /ok", protocol="http", call_type="http", stage="shadow")
    for number in range(matched):
        writer.add(
            Judged(
                route=route,
                at=2.0,
                request_hash=number,
                signature=(),
                noise=None,
                examples=(),
                legacy_ms=1.0,
                candidate_ms=1.0,
            )
        )
    writer.finish({route: matched}, now=3.0)


def test_one_top_level(names: list[str]) -> None:
    """Nothing but crossfade lands beside a service's own packages."""
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"crossfade"}
    assert len(tops) == 2


def test_the_whole_house_and_nothing_else(names: list[str]) -> None:
    """Every module, template, catalogue, proto and Java source of the tree; no tests, no build's remains."""
    inside = {name.removeprefix("crossfade/") for name in names if name.startswith("crossfade/")}
    assert inside == house_files(ROOT)


def test_what_must_be_found(names: list[str]) -> None:
    """One file of each kind by name, so that an empty comparison can't pass."""
    for name in (
        "tools/templates/crossfade.toml",
        "codegen/pitfalls/h_time.toml",
        "reports/html/page.css",
        "reports/html/page.js",
        "reports/schema/report-v3.json",
        "reports/py.typed",
        "examples/buildqueue/candidate/pom.xml",
        "examples/buildqueue/proto/ci/builds/v1/builds.proto",
        "examples/buildqueue/legacy/__main__.py",
    ):
        assert f"crossfade/{name}" in names


def test_types(installed: Path, tmp_path: Path) -> None:
    """A user's mypy sees the types of what is installed: a wrong argument is an error, not Any."""
    program = tmp_path / "gate.py"
    program.write_text("from crossfade.reports.gate import gate\n\ngate(1)\n")
    flags = ("--python-executable", installed / "python", "--follow-imports", "silent", "--cache-dir", tmp_path)
    done = run([sys.executable, "-m", "mypy", *flags, program], tmp_path)
    assert 'gate.py:3: error: Argument 1 to "gate" has incompatible type "int"; expected "Report"' in done.stdout
    assert done.stdout.endswith("Found 1 error in 1 file (checked 1 source file)\n")


def test_the_licence(built: tuple[Path, str], names: list[str]) -> None:
    """The whole Apache License 2.0 goes with the wheel."""
    (name,) = (name for name in names if name.endswith(".dist-info/licenses/LICENSE"))
    with zipfile.ZipFile(built[0]) as wheel:
        text = wheel.read(name).decode("ascii")
        metadata = wheel.read(name.partition("/")[0] + "/METADATA").decode("utf-8")
    assert text == (ROOT / "LICENSE").read_text(encoding="ascii")
    assert "Version 2.0, January 2004" in text
    assert "APPENDIX: How to apply the Apache License to your work." in text
    assert "\nLicense-Expression: Apache-2.0\n" in metadata


def test_the_build_is_quiet(built: tuple[Path, str]) -> None:
    """Setuptools finds nothing ambiguous or deprecated."""
    output = built[1].lower()
    assert not [word for word in ("absent from", "ambiguous", "deprecat") if word in output]


def test_no_extra_comes_along(installed: Path, tmp_path: Path) -> None:
    """Without an extra there is no engine, no web framework: what a CI job installs beside a service."""
    done = run([installed / "python", "-m", "pip", "list", "--format", "json"], tmp_path)
    packages = {item["name"].lower() for item in json.loads(done.stdout)}
    assert "crossfade" in packages
    assert not packages & {"mitmproxy", "flask", "uvloop", "aiohttp", "pytest", "tornado", "cryptography", "requests"}


def test_every_module_imports(installed: Path, tmp_path: Path) -> None:
    """All but what an extra is for, and what starts it, imports with the dependencies that the wheel names."""
    done = run([installed / "python", "-W", "error", "-c", IMPORT_ALL], tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


@pytest.mark.parametrize(("matched", "code", "begins"), [(400, 0, "PASS GET /ok"), (5, 3, "INCONCLUSIVE GET /ok")])
def test_the_gate(installed: Path, tmp_path: Path, matched: int, code: int, begins: str) -> None:
    """The gate judges a store that another environment wrote."""
    store(tmp_path, matched)
    done = run([installed / "crossfade", "gate"], tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith(begins)


@pytest.mark.parametrize("form", ["json", "html", "terminal"])
def test_reports(installed: Path, tmp_path: Path, form: str) -> None:
    """Each form finds its templates."""
    store(tmp_path, 400)
    done = run([installed / "crossfade", "report", "--format", form], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "GET /ok" in done.stdout


def test_a_controller_without_its_extra(installed: Path, tmp_path: Path) -> None:
    """One line tells what to install."""
    (tmp_path / "crossfade.toml").write_text(CONFIG)
    done = run([installed / "crossfade", "canary", "start"], tmp_path)
    assert done.returncode == 4, done.stderr
    assert done.stderr.startswith("error: canary: expected the packages of the controller, got no module named ")
    assert done.stderr.endswith("; pip install 'crossfade[canary]'\n")


def test_init_and_what_comes_next(installed: Path, tmp_path: Path) -> None:
    """Init finds its template; shadow asks for the extra; doctor names it; --help needs nothing."""
    init, shadow, doctor, gate = (
        run([installed / "crossfade", *words], tmp_path)
        for words in (["init"], ["shadow"], ["doctor"], ["gate", "--help"])
    )
    assert (init.returncode, init.stderr) == (0, "")
    assert (shadow.returncode, shadow.stdout) == (4, "")
    assert shadow.stderr == (
        "error: crossfade.toml:1: capture.engine: expected the packages of mitmproxy, got no module named mitmproxy; "
        "pip install 'crossfade[mitmproxy]'\n"
    )
    assert doctor.returncode == 4
    assert "mitmproxy: pip install 'crossfade[mitmproxy]'\n" in doctor.stdout
    assert (gate.returncode, gate.stderr) == (0, "")
