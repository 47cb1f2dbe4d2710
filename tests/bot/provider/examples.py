"""What the provider publishes of a call, and the answer that its examples make."""

import json
from typing import Any

from openapi_schema_validator import OAS30Validator

from tests.contract.published import PROVIDER_FOLDER
from tests.contract.specification import Specification, closed


def _document(file: str) -> Any:
    return json.loads((PROVIDER_FOLDER / "account" / file).read_text())


def specification(file: str) -> Specification:
    """To hold exchanges against."""
    document = _document(file)
    return Specification(document, OAS30Validator, requests=closed(document), under=r"(?=/v[12]/)")


def answer(file: str) -> Any:
    """Each member as in its example."""
    [path] = _document(file)["paths"].values()
    return _example(path["get"]["responses"]["200"]["content"]["application/json"]["schema"])


def _example(schema: Any) -> Any:
    if "example" in schema:
        return schema["example"]
    if schema["type"] == "array":
        return [_example(schema["items"])]
    return {name: _example(member) for name, member in schema["properties"].items()}
