"""Generates the wire stubs, the answers' dataclasses and the options' types from `proto/`.

usage, from the root of the repository: generate.py PROTO_FOLDER PACKAGE_FOLDER
Needs grpcio-tools; `make gen` and a test run it in an environment of its own.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorSet,
)

PACKAGE = "sluice.v1."

# Messages that calls return, and the names that they have in Python where these differ.
ANSWERS = {
    "Span": "Span",
    "Coverage": "Coverage",
    "StageTimings": "StageTimings",
    "Degradation": "Degradation",
    "FacetValue": "FacetValue",
    "Facet": "Facet",
    "ScoreParts": "ScoreParts",
    "HitPayload": "HitPayload",
    "SearchHit": "SearchHit",
    "ContextPassage": "ContextPassage",
    "AssembledContext": "AssembledContext",
    "SearchUpdate": "SearchUpdate",
    "SearchSessionResponse": "SessionUpdate",
    "RerankHit": "RerankHit",
    "RerankResponse": "RerankUpdate",
    "TokenMatch": "TokenMatch",
    "TermMatch": "TermMatch",
    "ExplainResponse": "Explanation",
    "SendFeedbackResponse": "FeedbackAck",
    "SendFeedbackRequest": "Feedback",
    "FeedbackEvent": "FeedbackEvent",
    "IngestAck": "IngestAck",
    "IngestError": "IngestError",
    "DocumentServiceUpdateResponse": "UpdateResult",
    "DocumentServiceDeleteResponse": "DeleteResult",
    "StoredDocument": "StoredDocument",
    "PassageVectors": "PassageVectors",
    "ExportedDocument": "ExportedDocument",
    "Progress": "Progress",
    "PlattMap": "PlattMap",
    "IsotonicMap": "IsotonicMap",
    "ScoreMap": "ScoreMap",
    "RecallEstimate": "RecallEstimate",
    "RecallCalibration": "RecallCalibration",
    "CollectionSettings": "CollectionSettings",
    "Collection": "Collection",
    "DataFinding": "DataFinding",
    "RefusedCollection": "RefusedCollection",
    "CollectionServiceDescribeResponse": "Description",
    "CollectionServiceOptimizeResponse": "OptimizeProgress",
    "CollectionServiceCalibrateResponse": "CalibrateProgress",
    "CollectionServiceSnapshotResponse": "SnapshotProgress",
    "CollectionServiceRestoreResponse": "RestoreProgress",
    "SnapshotInfo": "SnapshotInfo",
    "OperationError": "OperationError",
    "OperationResult": "OperationResult",
    "Operation": "Operation",
    "SlowSearch": "SlowSearch",
}

# Message fields that an answer may lack; all others are always set.
ABSENT = {
    "SearchUpdate.context",
    "SearchHit.payload",
    "TokenMatch.query_span",
    "TokenMatch.passage_span",
    "TokenMatch.title_span",
    "Collection.recall",
    "CollectionServiceRestoreResponse.collection",
    "ScoreMap.platt",
    "ScoreMap.isotonic",
    "OperationResult.snapshot",
    "OperationResult.collection",
    "Operation.error",
    "Operation.result",
    "SlowSearch.timings",
    "SlowSearch.coverage",
}

# Requests whose fields are keyword arguments, with the fields that methods take by themselves.
OPTIONS: dict[str, tuple[str, set[str]]] = {
    "PayloadOptions": ("PayloadOptions", set()),
    "RerankOptions": ("RerankOptions", set()),
    "GroupBy": ("GroupBy", set()),
    "ContextOptions": ("ContextOptions", set()),
    "StageBudgets": ("StageBudgets", set()),
    "LikeOptions": ("LikeOptions", set()),
    "SortOptions": ("SortOptions", set()),
    "FacetOptions": ("FacetOptions", set()),
    "SearchRequest": ("SearchOptions", {"collection", "query"}),
    "RerankRequest": ("RerankTextsOptions", {"query", "items"}),
    "ExplainRequest": ("ExplainOptions", {"collection", "query", "key"}),
    "SendFeedbackRequest": ("FeedbackOptions", {"collection", "query_text", "key", "kind"}),
    "ExportRequest": ("ExportOptions", {"collection"}),
    "CollectionServiceCreateRequest": ("CreateOptions", {"name"}),
    "CollectionServiceCalibrateRequest": ("CalibrateOptions", {"name"}),
}

SPECIAL_ANSWERS = {"Vectors": "Rows", "Document": "Document"}
SPECIAL_OPTIONS = {"Query": "QueryLike", "Filter": "Filter"}

Field = FieldDescriptorProto
SCALARS = {
    Field.TYPE_STRING: "str",
    Field.TYPE_BOOL: "bool",
    Field.TYPE_DOUBLE: "float",
    Field.TYPE_FLOAT: "float",
}

GENERATED = ("enums", "messages", "options")

# Enums by their names in Python where these differ.
ENUM_NAMES = {"DataFinding.Kind": "FindingKind"}

ENUMS_HEAD = '''"""Enums as lower-case words.

Generated from `proto/` by `make gen`; never edited.
In an answer `unspecified` also stands for a value that this version does not know.
"""

from typing import Literal
'''

MESSAGES_HEAD = '''"""Answers of the server as dataclasses.

Generated from `proto/` by `make gen`; never edited.
"""

from dataclasses import dataclass

from .documents import Document, FieldValue
from .enums import (
    ENUM_IMPORTS
)
from .vectors import Rows
'''

OPTIONS_HEAD = '''"""Options of requests, as keyword arguments.

Generated from `proto/` by `make gen`; never edited.
An option that is left out has the default of the server.
"""

from collections.abc import Sequence
from typing import TypedDict

from .enums import (
    ENUM_IMPORTS
)
from .filters import Filter
from .vectors import QueryLike
'''


class Schema:
    """Messages, enums and comments of the proto files, by name without the package."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self.messages: dict[str, DescriptorProto] = {}
        self.enums: dict[str, EnumDescriptorProto] = {}
        self.comments: dict[str, str] = {}
        for file in files.file:
            texts = {
                tuple(place.path): place.leading_comments.strip()
                for place in file.source_code_info.location
            }
            for i, enum in enumerate(file.enum_type):
                self.enums[enum.name] = enum
                self.comments[enum.name] = texts.get((5, i), "")
            for i, message in enumerate(file.message_type):
                self.messages[message.name] = message
                self.comments[message.name] = texts.get((4, i), "")
                for j, enum in enumerate(message.enum_type):
                    self.enums[f"{message.name}.{enum.name}"] = enum
                    self.comments[f"{message.name}.{enum.name}"] = texts.get((4, i, 4, j), "")
                for j, field in enumerate(message.field):
                    name = f"{message.name}.{field.name}"
                    self.comments[name] = texts.get((4, i, 2, j), "")


def main() -> None:
    protos, package = Path(sys.argv[1]), Path(sys.argv[2])
    names = ("types", "search", "documents", "collections", "operations")
    sources = [f"sluice/v1/{name}.proto" for name in names]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        descriptors = work / "descriptors"
        subprocess.run(
            [
                *(sys.executable, "-m", "grpc_tools.protoc"),
                *(f"-I{protos}", f"--python_out={work}", f"--pyi_out={work}"),
                *(f"--descriptor_set_out={descriptors}", "--include_source_info"),
                *("--include_imports", *sources),
            ],
            check=True,
        )
        for stub in sorted(work.glob("sluice/v1/*_pb2.py*")):
            # protoc imports from the root of the proto files, where this package does not lie.
            text = stub.read_text().replace("from sluice.v1 import", "from . import")
            (package / "_wire" / stub.name).write_text(text)
        schema = Schema(FileDescriptorSet.FromString(descriptors.read_bytes()))
    enums = [enum_name(name) for name in schema.enums]
    write(package / "enums.py", ENUMS_HEAD, enum_lines(schema), enums)
    write(package / "messages.py", MESSAGES_HEAD, answer_lines(schema), enums)
    write(package / "options.py", OPTIONS_HEAD, option_lines(schema), enums)
    written = [*package.glob("_wire/*_pb2.py*"), *(package / f"{name}.py" for name in GENERATED)]
    record_hashes(package / "_wire" / "SHA256SUMS", [protos / one for one in sources], written)


def record_hashes(path: Path, sources: list[Path], written: list[Path]) -> None:
    """For the test that compares without protoc; paths are from the root of the repository."""
    lines = []
    for file in [*sorted(sources), *sorted(written)]:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        lines.append(f"{digest}  {file.as_posix()}\n")
    path.write_text("".join(lines))


def write(path: Path, head: str, lines: Iterable[str], enums: Iterable[str]) -> None:
    body = "\n".join(lines)
    used = [name for name in enums if re.search(rf": .*\b{name}\b", body)]
    head = head.replace("ENUM_IMPORTS", "\n    ".join(f"{name}," for name in sorted(used)))
    path.write_text(f"{head}\n{body}")


def enum_lines(schema: Schema) -> Iterator[str]:
    for full_name, enum in schema.enums.items():
        names = [value.name for value in enum.value]
        prefix = names[0].removesuffix("UNSPECIFIED")
        yield f"{enum_name(full_name)} = Literal["
        yield from (f'    "{name.removeprefix(prefix).lower()}",' for name in names)
        yield "]"
        yield from docstring(schema.comments[full_name], "")
        yield ""


def enum_name(type_name: str) -> str:
    short = type_name.removeprefix("." + PACKAGE)
    return ENUM_NAMES.get(short, short)


def answer_lines(schema: Schema) -> Iterator[str]:
    for name, python_name in ANSWERS.items():
        yield "\n@dataclass(frozen=True, slots=True)"
        yield f"class {python_name}:"
        yield from docstring(schema.comments[name], "    ")
        for field in schema.messages[name].field:
            yield f"\n    {field.name}: {answer_type(name, field)}"
            yield from docstring(schema.comments[f"{name}.{field.name}"], "    ")
        yield ""
    yield "\n# Class of each message, for the decoder."
    yield "CLASSES: dict[str, type] = {"
    yield from (f'    "{PACKAGE}{name}": {python},' for name, python in ANSWERS.items())
    yield "}\n"


def answer_type(message: str, field: Field) -> str:
    short = field.type_name.removeprefix("." + PACKAGE)
    if short == "Field":
        return "dict[str, FieldValue]"
    if field.type == Field.TYPE_MESSAGE:
        base = SPECIAL_ANSWERS.get(short) or ANSWERS[short]
        optional = f"{message}.{field.name}" in ABSENT
    else:
        base = scalar(field)
        optional = field.proto3_optional
    if field.label == Field.LABEL_REPEATED:
        return f"tuple[{base}, ...]"
    return f"{base} | None" if optional else base


def option_lines(schema: Schema) -> Iterator[str]:
    for name, (python_name, own) in OPTIONS.items():
        yield f"\nclass {python_name}(TypedDict, total=False):"
        yield from docstring(schema.comments[name], "    ")
        for field in schema.messages[name].field:
            if field.name in own:
                continue
            yield f"\n    {field.name}: {option_type(field)}"
            yield from docstring(schema.comments[f"{name}.{field.name}"], "    ")
        yield ""


def option_type(field: Field) -> str:
    short = field.type_name.removeprefix("." + PACKAGE)
    if field.type == Field.TYPE_MESSAGE:
        base = SPECIAL_OPTIONS.get(short) or OPTIONS[short][0]
    else:
        base = scalar(field)
    return f"Sequence[{base}]" if field.label == Field.LABEL_REPEATED else base


def scalar(field: Field) -> str:
    if field.type == Field.TYPE_ENUM:
        return enum_name(field.type_name)
    return SCALARS.get(field.type, "int")


def docstring(comment: str, indent: str) -> Iterable[str]:
    paragraph = " ".join(comment.split())
    lines = wrap(paragraph, 94 - len(indent), break_long_words=False, break_on_hyphens=False)
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *(indent + line for line in lines[1:]), f'{indent}"""']


if __name__ == "__main__":
    main()
