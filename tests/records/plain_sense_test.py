#!/usr/bin/env python3
"""Runs make sense (plain_sense.py), and runs that were doctored do not.

Usage: plain_sense_test.py BERTH SCENARIO_FOLDER
"""
import collections
import copy
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import plain_sense  # noqa: E402

berth, scenarios = sys.argv[1], pathlib.Path(sys.argv[2])
own = pathlib.Path(__file__).parent / "plain_sense.yaml"
RUNS = {"quickstart": scenarios / "quickstart.yaml", "devices": scenarios / "devices.yaml", "month": scenarios / "month.yaml",
        "openb": scenarios / "studies" / "openb" / "openb.yaml", "plain-sense": own}


def made(scenario):
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "run"
        subprocess.run([berth, "run", scenario, "--out", out, "--quiet"], check=True)
        journal = subprocess.run([berth, "journal", out, "--initial"], check=True, stdout=subprocess.PIPE, text=True).stdout
        return plain_sense.Run(out, journal)


# --- What is wrong must be found ------------------------------------------------------------------------------------


def lines_with(run, pattern):
    found = [i for i, line in enumerate(run.journal) if re.search(pattern, line)]
    assert found, "no line has " + pattern
    return found


def altered(run, index, pattern, by):
    line = run.journal[index]
    run.journal[index] = re.sub(pattern, by, line, count=1)
    assert run.journal[index] != line, line


def fewer_lines(run, index):
    """Takes a line away and numbers the rest anew, so that only what it said is missing."""
    del run.journal[index]
    for i in range(index, len(run.journal)):
        number = int(run.journal[i].split()[0]) - 1
        run.journal[i] = re.sub(r"^\s*\d+", lambda m: "%*d" % (len(m[0]), number), run.journal[i])


def same_devices(run):
    """A whole GPU is given to two pods that are bound in one instant."""
    for first in lines_with(run, r"pod-bound .*\{\d\}, gpu 1000m"):
        second = first + 1
        if re.search(r"pod-bound .*\{\d\}, gpu 1000m", run.journal[second]):
            place = re.search(r" on \S+ \{\d\}", run.journal[first])[0]
            altered(run, second, r" on \S+ \{\d\}", place)
            return
    raise AssertionError("no two binds in a row")


def instance_twice(run):
    for first in lines_with(run, r"pod-bound .*\{\d@\d\}"):
        place = re.search(r" on \S+ \{\d@\d\}", run.journal[first])[0]
        who = run.journal[first].split()[3:5]
        for i in range(first + 1, len(run.journal)):
            if "pod-gone  %s %s" % tuple(who) in run.journal[i] or re.search(r"pod-(succeeded|failed|evicted)  %s %s$" % tuple(who), run.journal[i]):
                break
            if re.search(r"pod-bound .*\{\d@\d\}", run.journal[i]):
                altered(run, i, r" on \S+ \{\d@\d\}", place)
                return
    raise AssertionError("no instance is held while another is given")


def short_gang(run):
    gang = next(d["name"] for d in run.details if d["type"] == "Distributed" and d["requestedPods"]["min"] is None)
    fewer_lines(run, lines_with(run, r"pod-bound  %s 1 " % gang)[0])


def record(run, keep, **changes):
    found = next(d for d in run.details if keep(d))
    found.update(changes)


def doctored_all(run, what):
    what(run)
    # The list goes with the details, so that only the rule under test is broken.
    run.workloads = [{k: v for k, v in d.items() if k != "pendingSchedulingMessages"} for d in run.details]


def swap(run):
    here = next(i for i in lines_with(run, r"pod-started") if run.journal[i].split()[1] != run.journal[i + 1].split()[1])
    one, other = run.journal[here], run.journal[here + 1]
    number = re.compile(r"^\s*\d+")
    run.journal[here], run.journal[here + 1] = number.sub(number.match(one)[0], other), number.sub(number.match(other)[0], one)


def metric(run):
    body = next(b for b in run.metrics if any(m["type"] == "ALLOCATED_GPU" for m in b["measurements"]))
    next(m for m in body["measurements"] if m["type"] == "ALLOCATED_GPU")["values"][3]["value"] = "999"


def never_uncordoned(run):
    cordon = lines_with(run, r"node-cordoned  small-0 on")[0]
    line = next(i for i in lines_with(run, r"pod-bound .* on small-1 \{") if i > cordon)
    altered(run, line, r" on small-1 ", " on small-0 ")


def waiting(d):
    return d["phase"] == "Pending"


DOCTORED = [
    ("device", "a device given twice", same_devices),
    ("device", "a share above the whole", lambda r: altered(r, lines_with(r, r"gpu 300m")[0], r"gpu 300m", "gpu 1300m")),
    ("device", "a device that is not there", lambda r: altered(r, lines_with(r, r"pod-bound .*\{0\}")[0], r"\{0\}", "{9}")),
    ("instance", "a MIG instance given twice", instance_twice),
    ("host", "more cores than the node has", lambda r: altered(r, lines_with(r, r"pod-bound .*, cpu 4")[0], r"cpu 4", "cpu 400")),
    ("host", "more memory than the node has", lambda r: altered(r, lines_with(r, r"pod-bound .*memory 6Gi")[0], r"6Gi", "6Ti")),
    ("node", "a bind to a cordoned node", never_uncordoned),
    ("node", "a bind to an unknown node", lambda r: altered(r, lines_with(r, r"pod-bound .* on big-0")[0], "big-0", "big-9")),
    ("life", "a pod bound twice", lambda r: altered(r, lines_with(r, r"pod-started")[0], r"pod-started  (\S+ \d+)$", r"pod-bound  \1 on big-0 {3}, gpu 1000m")),
    ("life", "a start without a bind", lambda r: fewer_lines(r, lines_with(r, r"pod-bound")[0])),
    ("life", "an end without a start", lambda r: fewer_lines(r, lines_with(r, r"pod-started")[0])),
    ("gang", "a gang with a pod short", short_gang),
    ("limit", "a limit that was lower", lambda r: altered(r, lines_with(r, r"queue  search of product in big")[0], r"limit gpu 6", "limit gpu 3")),
    ("limit", "a quota that was lower", lambda r: altered(r, lines_with(r, r"queue  speech of research in big")[0], r"quota gpu 4", "quota gpu 1")),
    ("order", "two instants swapped", swap),
    ("order", "a line missing", lambda r: r.journal.pop(40)),
    ("sums", "a phase miscounted", lambda r: r.summary["workloads"]["by_phase"].update(Completed=1)),
    ("sums", "evictions miscounted", lambda r: r.summary.update(preempted_pods=r.summary["preempted_pods"] + 1)),
    ("sums", "GPUs that nobody has", lambda r: r.summary.update(gpu_allocated_milli=r.summary["gpu_allocated_milli"] + 250)),
    ("sums", "a node too many", lambda r: r.summary.update(gpu_capacity_milli=r.summary["gpu_capacity_milli"] + 4000)),
    ("sums", "a running pod too many", lambda r: record(r, lambda d: d["phase"] == "Running", runningPods=77)),
    ("sums", "telemetry of its own", lambda r: r.telemetry[0]["values"][0].update(value="1")),
    ("sums", "a list of its own", lambda r: r.workloads[0].update(name="else")),
    ("instants", "completed before it was created", lambda r: record(r, lambda d: d["completedAt"], completedAt="2026-02-01T00:00:00.000Z")),
    ("instants", "more time than there was", lambda r: record(r, waiting, totalPendingTimeSeconds=10**7)),
    ("phases", "running without pods", lambda r: record(r, waiting, phase="Running")),
    ("phases", "over without an end", lambda r: record(r, lambda d: d["phase"] == "Completed", completedAt=None)),
    ("messages", "a wait without a word", lambda r: record(r, waiting, phaseMessage="")),
    ("messages", "a wait without a condition", lambda r: record(r, waiting, conditions=[])),
    ("messages", "two conditions of a type", lambda r: record(r, waiting, conditions=2 * [{"type": "PodScheduled", "status": "False", "message": "x"}])),
    ("series", "parts that miss the whole", metric),
]


counts, transitions, pods, last = collections.Counter(), 0, 0, None
for name, scenario in RUNS.items():
    last = made(scenario)
    sense = plain_sense.Sense(last)
    faults = sense.check()
    counts += sense.counts
    transitions += len(last.journal)
    pods += len(sense.pods)
    print("  %-12s %8d lines of journal, %6d pods, %8d checks" % (name, len(last.journal), len(sense.pods), sum(sense.counts.values())))
    if faults:
        sys.exit("\n".join(["%s does not make sense:" % name] + ["  %s: %s" % f for f in faults[:20]] + ["%d faults" % len(faults)]))
# The last run has some of everything.
idle = [rule for rule in plain_sense.RULES if sense.counts[rule] == 0]
assert not idle, idle
for rule, what, doctor in DOCTORED:
    run = copy.deepcopy(last)
    if rule in ("instants", "phases", "messages") or what == "a running pod too many":
        doctored_all(run, doctor)
    else:
        doctor(run)
    found = [f for f in plain_sense.Sense(run).check() if f[0] == rule]
    assert found, "%s: %s was not found" % (rule, what)
assert {rule for rule, _, _ in DOCTORED} == set(plain_sense.RULES)
print("plain sense: %d runs, %d lines of journal, %d pods, %d checks of %d rules; %d doctored runs refused" %
      (len(RUNS), transitions, pods, sum(counts.values()), len(plain_sense.RULES), len(DOCTORED)))
