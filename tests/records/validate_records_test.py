#!/usr/bin/env python3
"""Every record holds the public API contract: list, get by id and count at ten instants of a run, and every file of its folder.

Usage: validate_records_test.py BERTH SHARED SCENARIO_FOLDER [--all]
Runs the quickstart and, when its data are there, the openb trace. Exit 77 (skipped) without SHARED or python3-jsonschema.
Of a run with thousands of workloads every tenth record is looked at, and of the runs after the first only the list, get by id
and count; --all looks at everything.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

berth, shared, scenarios = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
validator = shared / "tools" / "validate-records"
if not validator.exists():
    print("SKIPPED (wants file ../shared/tools/validate-records): validate_records")
    sys.exit(77)
try:
    import jsonschema  # noqa: F401  (the validator needs it)
except ImportError:
    print("SKIPPED (wants module jsonschema): validate_records")
    sys.exit(77)


def run(*words, code=0):
    done = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, text=True)
    assert done.returncode == code, (words, done.returncode)
    return done.stdout


def validate(*words):
    done = subprocess.run([sys.executable, str(validator), *map(str, words)], stdout=subprocess.PIPE, text=True)
    print("   %s: %s" % (words[2] if words[0] == "--lines" else words[0], done.stdout.strip().splitlines()[-1]))
    if done.returncode != 0:
        sys.exit("violations:\n" + done.stdout[:4000])


def lines_of(path, to):
    """The bodies of an array of bodies, one a line."""
    bodies = json.loads(path.read_text())
    assert bodies, path
    to.write_text("".join(json.dumps(b) + "\n" for b in bodies))
    return to


everything = "--all" in sys.argv


def check(scenario, *options, thorough=everything):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        out = scratch / "run"
        run(berth, "run", scenario, "--out", out, "--quiet", *options)
        summary = json.loads((out / "summary.json").read_text())
        print(scenario, summary["policy"], summary["workloads"])
        whole = json.loads((out / "workloads.json").read_text())["workloads"]
        details_file = (out / "workload-details.jsonl").read_text().splitlines(True)
        assert len(whole) == len(details_file) == summary["workloads"]["total"]
        step = 1 if everything or len(whole) < 1000 else 10
        thin = scratch / "workloads.json"
        thin.write_text(json.dumps({"workloads": whole[::step]}))
        validate("GET /api/v1/workloads", thin)
        thin = scratch / "details.jsonl"
        thin.write_text("".join(details_file[::step]))
        validate("--lines", "--schema", "WorkloadDetailed", thin)
        if thorough:
            validate("--lines", "--schema", "TelemetryResponse", lines_of(out / "telemetry.json", scratch / "telemetry.jsonl"))
            validate("--lines", "--schema", "GroupedMetricsResponse", lines_of(out / "metrics.json", scratch / "metrics.jsonl"))
        lists, details, counts, pods, events, histories = [], [], [], [], [], []

        def get(target, at, to):
            path = scratch / ("%s-%d.json" % (target.split("?")[0].replace("/", "_"), len(lists) + len(details) + len(counts) + len(pods) + len(events) + len(histories)))
            path.write_text(run(berth, "get", "GET " + target, "--from", out, "--at", at))
            to.append(path)
            return json.loads(path.read_text())

        start, end = (parse(summary[k]) for k in ("start", "end"))
        phases = set()
        for i in range(10):
            at = stamp(start + (end - start) * (i + 1) / 10)
            page = get("/api/v1/workloads?limit=100&sortBy=phaseUpdatedAt&sortOrder=desc", at, lists)
            count = get("/api/v1/workloads/count", at, counts)["count"]
            assert len(page["workloads"]) == min(100, count), (len(page["workloads"]), count)
            seen = {}
            for record in page["workloads"]:
                seen.setdefault(record["phase"], record["id"])
            for phase, uuid in seen.items():
                phases.add(phase)
                record = get("/api/v1/workloads/" + uuid, at, details)
                assert record["phase"] == phase
                if not thorough:
                    continue
                get("/api/v1/workloads/%s/pods" % uuid, at, pods)
                get("/api/v1/workloads/%s/events" % uuid, at, events)
                if i == 4:
                    get("/api/v1/workloads/%s/history" % uuid, at, histories)
        print("   phases seen:", " ".join(sorted(phases)))
        validate("GET /api/v1/workloads", *lists)
        validate("GET /api/v1/workloads/count", *counts)
        validate("GET /api/v1/workloads/{workloadId}", *details)
        if not thorough:
            return
        validate("GET /api/v1/workloads/{workloadId}/pods", *pods)
        validate("GET /api/v1/workloads/{workloadId}/events", *events)
        if histories:
            validate("GET /api/v1/workloads/{workloadId}/history", *histories)
        error = scratch / "error.json"
        error.write_text(run(berth, "get", "GET /api/v1/workloads/unknown", "--from", out, "--quiet", code=1))
        validate("--status", "404", "GET /api/v1/workloads/{workloadId}", error)


def parse(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


check(scenarios / "quickstart.yaml", thorough=True)
check(scenarios / "quickstart.yaml", "--set", "policy.name=fifo-skip")
openb = shared / "data" / "openb"
if not openb.exists():
    print("SKIPPED (wants file ../shared/data/openb): validate_records of the openb trace")
else:
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "openb.yaml"
        trace.write_text(
            "version: 1\nname: openb\npolicy: {name: fifo-skip}\ntrace:\n  format: openb\n"
            "  nodes: %s\n  workloads: %s\n" % (openb / "openb_node_list_all_node.csv", openb / "openb_pod_list_default.csv")
        )
        check(trace)
