#!/usr/bin/env python3
"""tests/skipped counts what was skipped, and tells what could have run from what could not."""
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = pathlib.Path(__file__).resolve().parent.parent / "skipped"
CASE = '<testcase name="%s">%s<system-out>%s</system-out></testcase>'


def counted(*cases):
    with tempfile.TemporaryDirectory() as folder:
        junit = pathlib.Path(folder) / "tests.xml"
        junit.write_text("<testsuite>" + "".join(cases) + "</testsuite>")
        done = subprocess.run([SKIPPED, "--check", junit], stdout=subprocess.PIPE, text=True)
        return done.returncode, done.stdout.splitlines()


def expect(wanted, *cases):
    got = counted(*cases)
    if got != wanted:
        sys.exit("expected %s, got %s" % (wanted, got))


no_file = "SKIPPED (wants file ../shared/no/such/file): "
fine = "nothing was skipped that could have run"
expect((0, ["skipped: 0", fine]), CASE % ("a", "", "All tests passed"))
expect((0, ["skipped: 2", "  2 for want of file ../shared/no/such/file: one, ...", fine]),
       CASE % ("a", "", no_file + "one\nwords\n"), CASE % ("b", "<skipped/>", no_file + "two"))
expect((1, ["skipped: 1", "  1 for want of file tests/skipped: one", "wrong: file tests/skipped is here, and 1 tests were skipped for want of it"]),
       CASE % ("a", "", "SKIPPED (wants file tests/skipped): one"))
expect((1, ["skipped: 1", "  1 for want of module json: one", "wrong: module json is here, and 1 tests were skipped for want of it"]),
       CASE % ("a", "", "SKIPPED (wants module json): one"))
expect((1, ["skipped: 0", "wrong: silent was skipped and does not say what it lacks"]), CASE % ("silent", "<skipped/>", ""))
