"""crossfade canary render: what a person applies once."""

import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from click.testing import CliRunner, Result

from crossfade.tools.cli import main

CONFIG = """\
[service]
name = "shop"
state = "shared"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:8081"
candidate = "http://127.0.0.1:8082"

[routes]
http = ["GET /items/{id}", "POST /items"]

[canary]
key = ["header:x-user"]

[[canary.route]]
name = "all"
routes = ["*"]
"""
PLANE = """
[[canary.plane]]
name = "edge"
kind = "gateway"
namespace = "shop"
gateway = "edge"
legacy = "shop-crossfade:8080"
candidate = "shop-java:8080"
warm_other_side = true
"""


def render(folder: Path, text: str, *words: str) -> Result:
    """Runs it on a config."""
    path = folder / "crossfade.toml"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["canary", "render", "gateway", "--config", str(path), *words])


def test_what_kubectl_applies(tmp_path: Path) -> None:
    """Each route at 0 %, rights, the rest, and the watchdog; Kubernetes' own kinds hold to its schemas."""
    result = render(tmp_path, CONFIG + PLANE)
    assert result.exit_code == 0, result.output
    items: list[dict[str, Any]] = json.loads(result.output)["items"]
    kinds = [item["kind"] for item in items]
    assert kinds == ["ServiceAccount", "Role", "RoleBinding", "HTTPRoute", "HTTPRoute", "HTTPRoute", "Deployment"]
    for item in items:
        if item["kind"] != "HTTPRoute":
            kubernetes_validate.validate(item, "1.31", strict=True)
    weights = [[one.get("weight") for one in item["spec"]["rules"][-1]["backendRefs"]] for item in items[3:6]]
    assert weights == [[None], [100, 0], [100, 0]]
    notes = [item["metadata"]["annotations"] for item in items[4:6]]
    assert {(one["crossfade.dev/route"], one["crossfade.dev/safe"]) for one in notes} == {
        ("web GET /items/{id}", "true"),
        ("web POST /items", "false"),
    }


@pytest.mark.parametrize(
    ("more", "words", "message"),
    [
        ("", (), "canary.plane: expected one with kind = 'gateway', got none; add it"),
        (PLANE, ("--plane", "other"), "canary.plane: expected one with kind = 'gateway' named 'other', got none"),
    ],
)
def test_no_such_plane(tmp_path: Path, more: str, words: tuple[str, ...], message: str) -> None:
    """Exit 2 and one line."""
    result = render(tmp_path, CONFIG + more, *words)
    assert (result.exit_code, message in result.output, result.output.count("\n")) == (2, True, 1)
