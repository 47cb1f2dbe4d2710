"""The specifications that Discord and the provider publish, fixed where they are known to err.

They are data beside the repository, in `../shared/data`, and not everyone who has the repository
has them too: mark tests that need them
`published`: without them one test says so, and the others are left out.
"""

import json
from functools import cache
from pathlib import Path

from openapi_schema_validator import OAS30Validator, OAS31Validator

from tests.contract.specification import Json, Specification, closed

FOLDER = Path(__file__).parents[2].parent / "shared" / "data"
DISCORD_FILE = FOLDER / "discord-openapi.json"
PROVIDER_FOLDER = FOLDER / "aimlapi"
ACCOUNT_FILES = ("billing-transactions-v2", "key-get", "logs-v2", "models", "usage-detail-v2")
LEDGER = "/v2/billing/transactions"
LOGS = "/v2/logs"
MODELS = "/v1/models"
USAGE = "/v2/usage/detail"
MISSING = f"no published specifications in {FOLDER}: nothing is held against them"


def is_here() -> bool:
    """Whether both services' specifications are at hand."""
    return DISCORD_FILE.is_file() and PROVIDER_FOLDER.is_dir()


UNDESCRIBED = {
    "nsfw": (
        "ApplicationCommandCreateRequest",
        "ApplicationCommandPatchRequestPartial",
        "ApplicationCommandUpdateRequest",
    ),
    "flags": ("RichEmbed",),
    "tts": (
        "IncomingWebhookUpdateForInteractionCallbackRequestPartial",
        "IncomingWebhookUpdateRequestPartial",
        "MessageEditRequestPartial",
    ),
}
"""Members that discord.py sends in all requests of a kind, and Discord reads or passes over. The
schemas do not describe them. Discord docs: Application Commands > Create Global Application Command
(nsfw), Message > Embed Object (flags).
"""


@cache
def discord() -> Specification:
    """Discord's API, version 10 (OpenAPI 3.1). Paths under `/api/`.

    Raises FileNotFoundError where it is missing.
    """
    document = json.loads(DISCORD_FILE.read_text())
    # It types the codes of inner errors as integers; they are words ("BASE_TYPE_MAX_LENGTH").
    # Discord docs: API Reference > Error Messages.
    schemas = document["components"]["schemas"]
    schemas["InnerErrors"]["properties"]["_errors"]["items"] = _record(
        code="string", message="string"
    )
    requests = closed(document)
    _take_what_discord_takes(requests["components"]["schemas"])
    return Specification(document, OAS31Validator, requests=requests, under=r"/api/v\d+")


def _take_what_discord_takes(schemas: Json) -> None:
    # discord.py sends ids as numbers, and Discord reads them; answers always have them as strings.
    schemas["SnowflakeType"] = {
        "anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]
    }
    for member, names in UNDESCRIBED.items():
        for name in names:
            schemas[name]["properties"].setdefault(member, {})


@cache
def provider() -> Specification:
    """AI/ML API, the calls around music and the account (OpenAPI 3.0). Under `/v1/` and `/v2/`.

    The provider publishes one file for each model, all with the same path: here they are one
    document, in which the body's `model` says what a submission has to look like.
    Raises FileNotFoundError where a file is missing.
    """
    published = sorted(PROVIDER_FOLDER.glob("*.json"))
    published += [PROVIDER_FOLDER / "account" / f"{name}.json" for name in ACCOUNT_FILES]
    files = [json.loads(file.read_text()) for file in published]
    paths: Json = {}
    submissions: Json = {}
    for file in files:
        for path, operations in file["paths"].items():
            paths.setdefault(path, {}).update(operations)
            if schema := _submission(operations):
                submissions |= dict.fromkeys(schema["properties"]["model"]["enum"], schema)
    _submit_by_model(paths["/v2/generate/audio"]["post"], submissions)
    _fix(paths)
    document = {"paths": paths, "components": {"schemas": submissions}}
    return Specification(document, OAS30Validator, requests=closed(document), under=r"(?=/v[12]/)")


def _submission(operations: Json) -> Json | None:
    if "post" not in operations:
        return None
    schema: Json = operations["post"]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def _submit_by_model(operation: Json, submissions: Json) -> None:
    mapping = {model: "#/components/schemas/" + model.replace("/", "~1") for model in submissions}
    operation["requestBody"]["content"]["application/json"]["schema"] = {
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "discriminator": {"propertyName": "model", "mapping": mapping},
    }


def _fix(paths: Json) -> None:
    """Add what the provider says elsewhere than in its files."""
    # A slip: for a GET, the file wants a body whose type is a dash.
    del paths["/v2/billing"]["get"]["requestBody"]
    # The examples take 201 for an answer to a submission too, and that is what comes.
    submit = paths["/v2/generate/audio"]["post"]["responses"]
    submit["201"] = submit["200"]
    for path in (LEDGER, LOGS, MODELS, USAGE):
        _say_what_parameters_hold(paths[path]["get"]["parameters"])
    # AI/ML API docs: Model Catalogue > Caching.
    paths[MODELS]["get"]["responses"]["304"] = {}
    # AI/ML API docs: Errors and Messages > General Info.
    error = _record(
        message="string",
        path="string",
        requestId="string",
        statusCode="integer",
        timestamp="string",
    )
    for operations in paths.values():
        for operation in operations.values():
            operation["responses"]["4XX"] = {"content": {"application/json": {"schema": error}}}


def _say_what_parameters_hold(parameters: list[Json]) -> None:
    """Add to their schemas what only their descriptions say."""
    for parameter in parameters:
        schema = parameter["schema"]
        if "ISO-8601 with an offset" in parameter["description"]:
            schema["format"] = "date-time"
        if "repeat" in parameter["description"].lower():
            parameter["schema"] = {"anyOf": [schema, {"type": "array", "items": schema}]}


def _record(**types: str) -> Json:
    """The schema of an object with all these members, by their types."""
    return _object(**{name: {"type": kind} for name, kind in types.items()})


def _object(**members: Json) -> Json:
    """The schema of an object with all these members."""
    return {"type": "object", "properties": members, "required": list(members)}
