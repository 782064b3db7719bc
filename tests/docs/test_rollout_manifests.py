"""The manifests for other rollout controllers hold to the CRDs that these publish."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

CRDS = {
    "AnalysisTemplate": ("github.com/argoproj/argo-rollouts@v1.8.3", "manifests/crds/analysis-template-crd.yaml"),
    "Canary": ("github.com/fluxcd/flagger@v1.36.1", "artifacts/flagger/crd.yaml"),
}


@pytest.mark.needs("go")
@pytest.mark.parametrize("kind", CRDS)
def test_a_manifest_holds_to_the_published_schema(kind: str, page: Any, go_module: Callable[[str], Path]) -> None:
    """Strictly: a key that the schema lacks is an error, as a misspelt one shows."""
    (manifest,) = (
        found
        for text in page("guides/gate-endpoint.md").blocks("yaml")
        if (found := yaml.safe_load(text))["kind"] == kind
    )
    module, path = CRDS[kind]
    crds = yaml.safe_load_all((go_module(module) / path).read_text())
    (crd,) = (crd for crd in crds if crd and crd["spec"]["names"]["kind"] == kind)
    assert manifest["apiVersion"].partition("/")[0] == crd["spec"]["group"]
    version = next(one for one in crd["spec"]["versions"] if one["name"] == manifest["apiVersion"].partition("/")[2])
    schema = _strict(version["schema"]["openAPIV3Schema"]["properties"]["spec"])
    jsonschema.validate(manifest["spec"], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest["spec"] | {"succesCondition": "x"}, schema)


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [*map(_strict, schema)]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(value) for name, value in schema.items()}
    is_open = "additionalProperties" in strict or not isinstance(strict.get("properties"), dict)
    return strict if is_open else strict | {"additionalProperties": False}
