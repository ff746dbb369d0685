"""Good JSON that cannot be parsed for lack of memory is not taken for bad JSON."""

import subprocess
import sys

import pytest

_PARSE = """
import resource
from worker.gateway.keying import record_key
from worker.metrics.webhook import decode_webhook
from worker.segment.decoding import decode_json

text = b'{"data": [' + b"1," * 100_000 + b"1]}"
with open("/proc/self/statm") as pages:
    used = int(pages.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 1_000_000, resource.RLIM_INFINITY))
try:
    PARSER
except MemoryError as problem:
    answer = f"MemoryError: {problem}"
except Exception as problem:
    answer = repr(problem)
else:
    answer = "parsed"
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(answer)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit of memory does not hold, or is not told")
@pytest.mark.parametrize("parser", ["decode_json(text)", "decode_webhook(text)", "record_key('segment.events', text)"])
def test_a_lack_of_memory(parser: str) -> None:
    command = [sys.executable, "-c", _PARSE.replace("PARSER", parser)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert answer.stdout.startswith("MemoryError: Not enough memory"), answer
