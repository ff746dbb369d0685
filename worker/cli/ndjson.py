"""One JSON object a line in, one answer a line out, in the same order."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO, Final, TypeAlias

import orjson

from worker.jsontypes import JsonObject
from worker.segment.decoding import InvalidJson, decode_json

LINE_BYTES_MAX: Final = 32 * 1024 * 1024
"""A longer line is answered with an error and not read into memory."""

Answer: TypeAlias = Callable[[JsonObject], JsonObject]
"""A request → its answer. An `id` of the request need not be repeated."""


def answer_lines(source: BinaryIO, sink: BinaryIO, answer: Answer) -> None:
    """Answer every line of `source`; one that is no JSON object is answered `{"error": text}`.

    Each answer is flushed, so that a program can wait for it before it sends the next line.
    """
    for line in _lines(source):
        sink.write(_answer_line(line, answer))
        sink.write(b"\n")
        sink.flush()


def in_lines(file: BinaryIO) -> BinaryIO:
    """The file from its beginning; where all of it is one JSON object over several lines, that object in one line."""
    if not file.seekable():
        return file
    text = file.read(LINE_BYTES_MAX + 1)
    file.seek(0)
    if len(text) > LINE_BYTES_MAX or not is_object(text):
        return file
    return BytesIO(text.replace(b"\r", b" ").replace(b"\n", b" "))  # in texts they are escaped


def is_object(text: bytes) -> bool:
    """Whether all of it is one JSON object."""
    try:
        read_object(text)
    except InvalidJson:
        return False
    return True


def read_object(line: bytes) -> JsonObject:
    """The object in a line, which may have a byte order mark before it. Raises InvalidJson."""
    line = line.removeprefix(BOM_UTF8)
    if not line.strip():
        raise InvalidJson("The line is empty.")
    value = decode_json(line)
    if not isinstance(value, dict):
        raise InvalidJson("The line is JSON, but no object.")
    return value


def _answer_line(line: bytes | None, answer: Answer) -> bytes:
    if line is None:
        return orjson.dumps({"error": f"The line is longer than {LINE_BYTES_MAX} bytes."})
    try:
        request = read_object(line)
    except InvalidJson as error:
        return orjson.dumps({"error": f"The line is no JSON object: {error}"})
    answered = answer(request)
    if "id" in request:
        answered = {"id": request["id"], **answered}
    try:
        return orjson.dumps(answered)
    except TypeError as error:  # a number beyond 64 bits, made by a mapping
        return orjson.dumps({**({"id": request["id"]} if "id" in request else {}), "error": str(error)})


def _lines(source: BinaryIO) -> Iterator[bytes | None]:
    """The lines; None for one that is too long."""
    while line := source.readline(LINE_BYTES_MAX + 1):
        if len(line) <= LINE_BYTES_MAX:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(LINE_BYTES_MAX)
        yield None
