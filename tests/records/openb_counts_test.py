#!/usr/bin/env python3
"""The summary of an openb run says what a few lines of Python count in the trace.

Usage: openb_counts_test.py BERTH SHARED. Exit 77 (skipped) without the trace.
"""
import csv
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

berth, openb = sys.argv[1], pathlib.Path(sys.argv[2]) / "data" / "openb"
if not openb.exists():
    print("SKIPPED (wants file ../shared/data/openb): openb_counts")
    sys.exit(77)

pods = list(csv.DictReader(open(openb / "openb_pod_list_default.csv")))
nodes = list(csv.DictReader(open(openb / "openb_node_list_all_node.csv")))
failed = sum(p["pod_phase"] == "Failed" for p in pods)
never_scheduled = sum(p["scheduled_time"] == "" for p in pods)
zero = sum(int(p["deletion_time"]) == int(p["scheduled_time"] or p["creation_time"]) for p in pods)
assert (len(pods), failed, never_scheduled, zero) == (8152, 1870, 897, 1)

SCENARIO = "version: 1\nname: openb\npolicy: {name: fifo-skip}\ntrace: {format: openb, nodes: %s, workloads: %s%s}\n"


def run(node_file, more=""):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        scenario = folder / "openb.yaml"
        scenario.write_text(SCENARIO % (node_file, openb / "openb_pod_list_default.csv", more))
        subprocess.run([berth, "run", scenario, "--out", folder / "run", "--emit", "summary,journal", "--quiet"], check=True)
        assert sorted(p.name for p in (folder / "run").iterdir()) == ["journal.berth", "scenario.yaml", "summary.json"]
        return json.loads((folder / "run" / "summary.json").read_text())


def expect(summary, node_rows):
    assert summary["workloads"]["total"] == len(pods), summary["workloads"]
    assert summary["workloads"]["by_phase"] == {"Completed": len(pods) - failed, "Failed": failed}, summary["workloads"]
    assert summary["trace"]["never_scheduled"] == never_scheduled, summary["trace"]
    assert summary["trace"]["zero_length"] == zero, summary["trace"]
    assert summary["scheduled"] == len(pods) and summary["failed_to_schedule"] == 0
    assert summary["gpu_capacity_milli"] == 1000 * sum(int(n["gpu"]) for n in node_rows)
    assert summary["nodes"] == len(node_rows)
    assert summary["gpu_allocated_milli"] == 0


def gpu_time():
    """Milli-GPU seconds that the trace's pods hold: duration = end - start, else end - creation; a zero length is 1 s."""
    total = 0
    for p in pods:
        length = int(p["deletion_time"]) - int(p["scheduled_time"] or p["creation_time"])
        total += int(p["num_gpu"]) * int(p["gpu_milli"]) * max(1, length)
    return total


whole = run(openb / "openb_node_list_all_node.csv")
expect(whole, nodes)
assert whole["wait_seconds"]["all"]["count"] == len(pods)

# GPU time allocated over capacity x length of the run.
span = [datetime.datetime.fromisoformat(whole[k].replace("Z", "+00:00")) for k in ("start", "end")]
capacity = 1000 * sum(int(n["gpu"]) for n in nodes) * (span[1] - span[0]).total_seconds()
average = 100 * gpu_time() / capacity
assert abs(average - whole["gpu_allocation_percent"]["time_average"]) < 1e-5, (average, whole["gpu_allocation_percent"])

# The contended form: every 15th node, gaps between arrivals a hundredth.
contended_rows = [n for i, n in enumerate(nodes) if (i + 2) % 15 == 2]
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "nodes.csv"
    with open(path, "w", newline="") as out:
        writer = csv.DictWriter(out, nodes[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(contended_rows)
    contended = run(path, ", arrival_scale: 0.01")
expect(contended, contended_rows)
assert contended["nodes"] == 102 and contended["gpu_capacity_milli"] == 394_000
assert contended["wait_seconds"]["all"]["p50"] > 0
print("openb: %d workloads, %d failed, %d never scheduled in the trace" % (len(pods), failed, never_scheduled))
