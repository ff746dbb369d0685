"""(e) Memory: what a recovered profile takes."""

from tests.bench.bench import Bench
from tests.bench.parts.recovery import CONTENDERS, starts
from tests.bench.profiles import VALUE_BYTES
from tests.bench.report import Section, Table

METHOD = f"""\
Resident memory of the processes of part (c), some seconds after they answered all events, less that of the same process
with an empty changelog, a profile. A profile's JSON has about {VALUE_BYTES} bytes and its key 12; this runtime keeps
the bytes, stock Faust the decoded objects."""


async def run(bench: Bench) -> Section:
    """Measure, or take what part (c) measured."""
    rows = tuple(
        (
            CONTENDERS[name][0],
            f"{each.full_bytes / 2**20:.0f} MiB",
            f"{each.empty_bytes / 2**20:.0f} MiB",
            f"{each.bytes_a_profile:,.0f} bytes",
        )
        for name, each in (await starts(bench)).items()
    )
    columns = ("", "with the profiles", "without", "a profile")
    return Section("(e) Memory", METHOD, (Table("Memory", columns, rows),))
