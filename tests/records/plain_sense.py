"""Plain sense: what anybody expects of a run, read off its documents and the text of its journal.

It knows nothing of Berth's code: the folder's JSON documents, and the lines of `berth journal DIR --initial`, whose form stands
in sim/simulation/journal/replay.hpp. `Sense(run).check()` gives a list of (rule, sentence): what does not make sense. `counts`
says how often each rule was put to the test.
"""
import collections
import datetime
import json
import re

RULES = {
    "order": "sequence numbers follow each other, instants never go back",
    "life": "a pod is made, bound, started and ended in that order, and lives on one node",
    "node": "a pod is bound to a node that is there, up and not cordoned",
    "device": "shares of a device sum to at most 1000, whole devices are held alone",
    "instance": "a MIG instance is held once, and no device is held both whole and in parts",
    "host": "CPU, memory and pods of a node are not exceeded",
    "gang": "a gang that is given its first places is given all that it needs",
    "limit": "no queue is given more than its limit, nor more than its quota of what is not preemptible",
    "instants": "instants of a record are in order",
    "phases": "a record's phase, instants, pods and messages go together",
    "sums": "documents that count the same count the same",
    "messages": "who waits is told why; one condition a type",
    "series": "a metric's instants ascend, and its parts sum to the whole",
}

BYTES = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
LINE = re.compile(r"^\s*(\d+)  \+(\d+)\.(\d{6})s  ([a-z-]+)(?:  (.*))?$")
START = re.compile(r"^   start  (node|queue)  (.*)$")
NODE = re.compile(r"^(\S+) in (\S+): gpus (\d+), cpu ([\d.]+), memory (\d+)(\w*), pods (\d+)$")
QUEUE = re.compile(r"^(\S+)(?: of \S+)? in (\S+): quota gpu (\S+) cpu (\S+) memory (\S+), limit gpu (\S+) cpu (\S+) memory (\S+)$")
BOUND = re.compile(r"^(\S+) (\d+) on (\S+)(?: \{([^}]*)\})?(?:, gpu ((?:\d+m ?)+))?(, over-booked)?(?:, cpu ([\d.]+))?(?:, memory (\d+)(\w*))?$")

HOLDS = ("bound", "running", "releasing")
COUNTS = ("bound", "running")  # what quotas and records count


def milli(text):
    """Thousandths of a decimal number, exactly."""
    whole, _, part = text.partition(".")
    return int(whole) * 1000 + int((part + "000")[:3])


def amount(text, memory=False):
    if text == "unlimited":
        return None
    if memory:
        number, unit = re.fullmatch(r"(\d+)(\w*)", text).groups()
        return int(number) * BYTES[unit]
    return milli(text)


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


class Run:
    """A run's documents and its journal's lines; a test alters a copy."""

    def __init__(self, folder, journal):
        self.summary = json.loads((folder / "summary.json").read_text())
        self.workloads = json.loads((folder / "workloads.json").read_text())["workloads"]
        self.details = [json.loads(line) for line in (folder / "workload-details.jsonl").read_text().splitlines()]
        self.telemetry = json.loads((folder / "telemetry.json").read_text())
        self.metrics = json.loads((folder / "metrics.json").read_text())
        self.journal = journal.splitlines()


class Node:
    def __init__(self, pool, gpus, cpu, memory, pods):
        self.pool, self.gpus, self.cpu, self.memory, self.most_pods = pool, gpus, cpu, memory, pods
        self.present, self.up, self.cordoned = True, True, False
        self.pods = set()
        self.used_cpu = self.used_memory = 0
        self.shares = collections.defaultdict(dict)  # device -> pod -> thousandths
        self.instances = {}  # (device, slice) -> pod


class Pod:
    def __init__(self):
        self.status, self.node, self.gone = "pending", None, False
        self.devices, self.instances = [], []
        self.shares, self.overbooked = [], False  # thousandths of each device
        self.cpu = self.memory = 0


class Sense:
    def __init__(self, run):
        self.run = run
        self.faults = []
        self.counts = collections.Counter()
        self.nodes = {}
        self.limits, self.quotas = {}, {}  # (queue, pool) -> (gpu, cpu, memory)
        self.pods = {}  # (workload, index)
        self.made = collections.Counter()
        self.of_workload = collections.defaultdict(list)
        self.evicted = 0
        self.totals = collections.Counter()  # (queue, pool, resource, fixed?) -> amount
        self.records = collections.defaultdict(list)
        for record in run.details:
            self.records[record["name"]].append(record)
        self.fresh = {}  # gangs that were given their first places at this instant
        self.lost = set()  # workloads that lost a pod at this instant
        self.where = ""

    def expect(self, rule, holds, sentence):
        self.counts[rule] += 1
        if not holds:
            self.faults.append((rule, self.where + sentence))

    def check(self):
        self.read_journal()
        self.where = "at the end: "
        self.check_sums()
        self.check_records()
        self.check_telemetry()
        self.check_metrics()
        return self.faults

    # --- the journal ------------------------------------------------------------------------------------------------

    def record_of(self, name):
        """The record, if only one workload ever had that name."""
        found = self.records.get(name, [])
        return found[0] if len(found) == 1 else None

    def read_journal(self):
        expected, before = 0, -1
        for line in self.run.journal:
            start = START.match(line)
            if start:
                (self.add_node if start[1] == "node" else self.set_queue)(start[2])
                continue
            match = LINE.match(line)
            self.where = "journal: "
            self.expect("order", match is not None, "unreadable: " + line)
            if not match:
                continue
            sequence, at = int(match[1]), int(match[2]) * 1_000_000 + int(match[3])
            self.where = "transition %d: " % sequence
            self.expect("order", sequence == expected, "it should be number %d" % expected)
            self.expect("order", at >= before, "it stands before the one ahead of it")
            if at != before:
                self.end_instant()
            expected, before = sequence + 1, at
            self.take(match[4], match[5] or "")
        self.end_instant()

    def take(self, what, rest):
        words = rest.split(" ")
        if what == "pods-created":
            name, count = words[0], int(words[2])
            for _ in range(count):
                key = (name, self.made[name])
                self.made[name] += 1
                self.pods[key] = Pod()
                self.of_workload[name].append(key)
        elif what == "pod-bound":
            self.bind(rest)
        elif what.startswith("pod-") and what != "pod-pipelined":
            self.change(what, (words[0], int(words[1])))
        elif what == "node-added":
            self.add_node(rest)
        elif what == "node-removed":
            node = self.nodes[words[0]]
            self.expect("node", not node.pods, "node %s is taken away with pods on it" % words[0])
            node.present = False
        elif what == "node-powered":
            self.nodes[words[0]].up = words[1] == "up"
        elif what == "node-cordoned":
            self.nodes[words[0]].cordoned = words[1] == "on"
        elif what == "quota-changed":
            self.set_queue(rest)
        elif what == "workload-finished":
            done = any(self.pods[p].status == "succeeded" for p in self.of_workload[words[0]])
            self.expect("life", words[1] != "completed:" or done, "%s completed without a pod that did" % words[0])

    def add_node(self, text):
        name, pool, gpus, cpu, memory, unit, pods = NODE.match(text).groups()
        self.nodes[name] = Node(pool, int(gpus), milli(cpu), int(memory) * BYTES[unit], int(pods))

    def set_queue(self, text):
        name, pool, *amounts = QUEUE.match(text).groups()
        parsed = [amount(a, i % 3 == 2) for i, a in enumerate(amounts)]
        self.quotas[name, pool], self.limits[name, pool] = parsed[:3], parsed[3:]

    def bind(self, rest):
        match = BOUND.match(rest)
        self.expect("order", match is not None, "unreadable: " + rest)
        name, index, place, devices, share, over, cpu, memory, unit = match.groups()
        key = (name, int(index))
        pod, node = self.pods.get(key), self.nodes.get(place)
        self.expect("life", pod is not None and pod.status == "pending",
                    "pod %s %d is bound and was %s" % (*key, pod.status if pod else "never made"))
        self.expect("node", node is not None, "there is no node " + place)
        if pod is None or node is None:
            return
        if pod.node is not None:
            self.release(key, pod)
        self.expect("node", node.present and node.up and not node.cordoned, "node %s takes no pods now" % place)
        names = (devices or "").split()
        pod.instances = [tuple(map(int, d.split("@"))) for d in names if "@" in d]
        pod.devices = [int(d) for d in names if "@" not in d]
        given = [int(part[:-1]) for part in (share or "0m").split()]
        pod.shares = given * len(pod.devices) if len(given) == 1 else given
        pod.overbooked, pod.cpu = over is not None, milli(cpu or "0")
        pod.memory = int(memory or 0) * BYTES[unit or ""]
        pod.status, pod.node = "bound", place
        self.hold(key, pod, node)
        self.count(name, pod, node, 1)
        self.check_limits(name, node)
        if not self.holding_before(name, key):
            self.fresh[name] = True

    def hold(self, key, pod, node):
        node.pods.add(key)
        node.used_cpu += pod.cpu
        node.used_memory += pod.memory
        self.expect("host", node.used_cpu <= node.cpu, "node %s gives %d of %d milli-cores" % (pod.node, node.used_cpu, node.cpu))
        self.expect("host", node.used_memory <= node.memory, "node %s gives %d of %d bytes" % (pod.node, node.used_memory, node.memory))
        self.expect("host", len(node.pods) <= node.most_pods, "node %s holds %d pods" % (pod.node, len(node.pods)))
        self.expect("device", len(pod.shares) == len(pod.devices), "%s %d has %d shares of %d devices" % (*key, len(pod.shares), len(pod.devices)))
        least = 0 if pod.overbooked else 1
        for device, share in zip(pod.devices, pod.shares):
            self.expect("device", least <= share <= 1000, "%s %d takes %d thousandths of a device" % (*key, share))
            held = node.shares[device]
            held[key] = share
            self.expect("device", 0 <= device < node.gpus, "node %s has no device %d" % (pod.node, device))
            self.expect("device", sum(held.values()) <= 1000,
                        "device %d of node %s is given %d thousandths" % (device, pod.node, sum(held.values())))
        cut = {d for d, _ in node.instances}
        self.expect("instance", not cut.intersection(pod.devices), "a MIG device of node %s is given as a whole" % pod.node)
        for device, first in pod.instances:
            self.expect("instance", (device, first) not in node.instances,
                        "MIG instance %d@%d of node %s is held twice" % (device, first, pod.node))
            self.expect("instance", not node.shares[device], "device %d of node %s is held both ways" % (device, pod.node))
            self.expect("device", 0 <= device < node.gpus, "node %s has no device %d" % (pod.node, device))
            node.instances[device, first] = key

    def release(self, key, pod):
        node = self.nodes[pod.node]
        node.pods.discard(key)
        node.used_cpu -= pod.cpu
        node.used_memory -= pod.memory
        for device in pod.devices:
            node.shares[device].pop(key, None)
        for instance in pod.instances:
            node.instances.pop(instance, None)

    def change(self, what, key):
        pod = self.pods.get(key)
        if pod is None:
            self.expect("life", False, "%s of pod %s %d, which was never made" % (what, *key))
            return
        before = {"pod-started": ("bound",), "pod-succeeded": ("running",), "pod-failed": COUNTS, "pod-restarted": ("running",),
                  "pod-evicted": COUNTS, "pod-stopped": ("pending",) + COUNTS, "pod-gone": ("releasing",)}[what]
        self.expect("life", pod.status in before, "%s of pod %s %d, which was %s" % (what, *key, pod.status))
        counted, held = pod.status in COUNTS, pod.status in HOLDS
        after = {"pod-started": "running", "pod-restarted": "running", "pod-succeeded": "succeeded", "pod-failed": "failed",
                 "pod-gone": "gone", "pod-evicted": "releasing", "pod-stopped": "releasing" if held else "gone"}[what]
        pod.status = after
        if pod.node is None:
            return  # said already: it was never bound
        if counted and after not in COUNTS:
            self.count(key[0], pod, self.nodes[pod.node], -1)
        if held and after not in HOLDS:
            self.release(key, pod)
        if what in ("pod-evicted", "pod-failed", "pod-stopped"):
            self.lost.add(key[0])
        self.evicted += what == "pod-evicted"

    def holding_before(self, name, key):
        return any(p != key and self.pods[p].status in HOLDS for p in self.of_workload[name])

    def end_instant(self):
        for name in self.fresh:
            record = self.record_of(name)
            if record is None or record["type"] != "Distributed" or name in self.lost:
                continue
            asked = record["requestedPods"]
            needed = asked["min"] if asked["min"] is not None else asked["number"]
            have = sum(self.pods[p].status in COUNTS + ("succeeded",) for p in self.of_workload[name])
            self.expect("gang", have >= needed, "gang %s is given %d of the %d places that it needs" % (name, have, needed))
        self.fresh.clear()
        self.lost.clear()

    # What queues hold. MIG instances and GPU memory have amounts of their own in quotas; their pods count no GPU here, which
    # can only make the check milder.
    def count(self, name, pod, node, sign):
        record = self.record_of(name)
        if record is None:
            return
        gpu = 0 if record["workloadRequestedResources"]["gpuRequestType"] == "memory" else sum(pod.shares)
        for queue in (record["projectName"], record["departmentName"]):
            for resource, value in enumerate((gpu, pod.cpu, pod.memory)):
                self.totals[queue, node.pool, resource, False] += sign * value
                if not record["preemptible"]:
                    self.totals[queue, node.pool, resource, True] += sign * value

    def check_limits(self, name, node):
        record = self.record_of(name)
        if record is None or self.run.summary["policy"] != "kai":
            return  # the others know no limits
        for queue in (record["projectName"], record["departmentName"]):
            for resource, word in enumerate(("GPU thousandths", "milli-cores", "bytes")):
                for bounds, fixed in ((self.limits, False), (self.quotas, True)):
                    if fixed and record["preemptible"]:
                        continue
                    bound = bounds.get((queue, node.pool), (None, None, None))[resource]
                    if bound is None:
                        continue
                    held = self.totals[queue, node.pool, resource, fixed]
                    self.expect("limit", held <= bound, "queue %s holds %d %s in %s, %s %d" %
                                (queue, held, word, node.pool, "its quota of what is not preemptible is" if fixed else "its limit is", bound))

    # --- documents --------------------------------------------------------------------------------------------------

    def check_sums(self):
        summary, details = self.run.summary, self.run.details
        listed = [{k: v for k, v in d.items() if k != "pendingSchedulingMessages"} for d in details]
        self.expect("sums", listed == self.run.workloads, "the list and the details of workloads differ")
        self.expect("sums", summary["workloads"]["total"] == len(details), "the summary counts other workloads than there are")
        self.expect("sums", summary["workloads"]["by_phase"] == dict(collections.Counter(d["phase"] for d in details)),
                    "workloads by phase differ")
        self.expect("sums", summary["pods"] == len(self.pods), "the summary counts %d pods of %d" % (summary["pods"], len(self.pods)))
        self.expect("sums", summary["preempted_pods"] == self.evicted,
                    "%d pods were evicted, the summary says %d" % (self.evicted, summary["preempted_pods"]))
        there = [n for n in self.nodes.values() if n.present]
        self.expect("sums", summary["nodes"] == len(there), "the summary counts %d nodes of %d" % (summary["nodes"], len(there)))
        self.expect("sums", summary["gpu_capacity_milli"] == 1000 * sum(n.gpus for n in there if n.up), "the GPUs are not those of the nodes")
        self.expect("sums", summary["gpu_allocated_milli"] == sum(milli(str(d["allocatedResources"]["gpu"])) for d in details),
                    "the records' GPUs are not those of the summary")
        self.expect("sums", summary["gpu_allocated_milli"] <= summary["gpu_capacity_milli"], "more GPUs are allocated than there are")
        for record in details:
            if self.record_of(record["name"]) is None:
                continue
            pods = [self.pods[p] for p in self.of_workload[record["name"]]]
            running = sum(p.status == "running" for p in pods)
            self.expect("sums", record["runningPods"] == running,
                        "%s says %d running pods, the journal %d" % (record["name"], record["runningPods"], running))
            held = [p for p in pods if p.status in COUNTS]
            got = record["allocatedResources"]
            if not any(p.instances for p in held):
                gpu = sum(sum(p.shares) for p in held)
                self.expect("sums", milli(str(got["gpu"])) == gpu, "%s says %s GPUs, the journal %d thousandths" % (record["name"], got["gpu"], gpu))
            self.expect("sums", milli(str(got["cpu"])) == sum(p.cpu for p in held), "%s: CPU cores differ" % record["name"])
            self.expect("sums", amount(got["cpuMemory"], True) == sum(p.memory for p in held), "%s: memory differs" % record["name"])
            pools = sorted({self.nodes[p.node].pool for p in pods if p.status in HOLDS})
            self.expect("sums", sorted(record["currentNodePools"]) == pools, "%s: node pools differ" % record["name"])

    def check_records(self):
        end = instant(self.run.summary["end"])
        second = datetime.timedelta(seconds=1)
        for r in self.run.details:
            name, phase = r["name"], r["phase"]
            chain = [instant(r[k]) for k in ("createdAt", "phaseUpdatedAt", "updatedAt")] + [end]
            self.expect("instants", chain == sorted(chain), "%s: created, phase, update and end are not in order" % name)
            for key in ("completedAt", "deletedAt", "k8sPhaseUpdatedAt"):
                at = instant(r[key])
                self.expect("instants", at is None or chain[0] <= at <= end, "%s: %s is outside its life" % (name, key))
            spent = datetime.timedelta(seconds=r["totalPendingTimeSeconds"] + r["totalRunningTimeSeconds"])
            self.expect("instants", datetime.timedelta() <= spent <= end - chain[0] + second, "%s: it spent more time than it had" % name)
            over = phase in ("Completed", "Failed")
            self.expect("phases", not over or r["completedAt"], "%s: over, and never completed" % name)
            self.expect("phases", over or phase == "Deleting" or not r["completedAt"], "%s: completed, and %s" % (name, phase))
            self.expect("phases", phase not in ("Running", "Degraded") or r["runningPods"] > 0 or r["type"] == "Inference", "%s: %s without a running pod" % (name, phase))
            self.expect("phases", phase not in ("Pending", "Completed", "Failed", "Stopped", "Creating") or r["runningPods"] == 0, "%s: %s with running pods" % (name, phase))
            self.expect("phases", phase not in ("Pending", "Stopped", "Completed", "Failed") or milli(str(r["allocatedResources"]["gpu"])) == 0
                        or phase == "Pending", "%s: %s and holds GPUs" % (name, phase))
            self.expect("messages", phase != "Pending" or r["phaseMessage"], "%s waits, and nobody says why" % name)
            types = [c["type"] for c in r["conditions"]]
            self.expect("messages", len(types) == len(set(types)), "%s has several conditions of one type" % name)
            self.expect("messages", phase != "Pending" or "PodScheduled" in types, "%s waits without a condition" % name)
            for c in r["conditions"]:
                self.expect("messages", c.get("message"), "%s has a condition without a message" % name)
            messages = r["pendingSchedulingMessages"]
            self.expect("messages", (messages is None) == (phase != "Pending"), "%s: pendingSchedulingMessages in phase %s" % (name, phase))
            waits = self.record_of(name) is not None and phase in ("Running", "Degraded", "Initializing") and \
                any(self.pods[p].status == "pending" for p in self.of_workload[name])
            self.expect("messages", not waits or "PodScheduled" in types, "pods of %s wait without a condition" % name)

    def check_telemetry(self):
        details = [d for d in self.run.details if not d["deletedAt"]]
        fields = {"ProjectId": "projectId", "DepartmentId": "departmentId", "Type": "type", "Phase": "phase", "Category": "category"}
        for body in self.run.telemetry:
            kind, values = body["type"], body["values"]
            if kind not in ("WORKLOADS_COUNT", "GPU_ALLOCATION"):
                continue
            counted = collections.Counter()
            group = re.search(r"groupBy=(\w+)$", body["request"])
            field = fields.get(group[1]) if group else None
            if group and not field:
                continue
            for d in details:
                counted[d[field] if field else ""] += 1000 if kind == "WORKLOADS_COUNT" else milli(str(d["allocatedResources"]["gpu"]))
            told = {(v["groups"][0]["value"] if field else ""): milli(v["value"]) for v in values}
            self.expect("sums", {k: v for k, v in told.items() if v} == {k: v for k, v in counted.items() if v},
                        "telemetry %s by %s differs from the records" % (kind, field))

    def check_metrics(self):
        whole = {}  # of the cluster: (type, instant) -> thousandths
        for body in self.run.metrics:
            totals = {}
            for m in body.get("measurements", []):
                at = [v["timestamp"] for v in m["values"]]
                self.expect("series", at == sorted(at), "%s: instants of %s are not in order" % (body["request"], m["type"]))
                self.expect("series", all(float(v["value"]) >= 0 for v in m["values"]), "%s of %s is below 0" % (m["type"], body["request"]))
                if not m.get("groups") and not m["labels"]:
                    totals[m["type"]] = {v["timestamp"]: milli(v["value"]) for v in m["values"]}
            for at, total in totals.get("TOTAL_GPU", {}).items():
                parts = [totals.get(k, {}).get(at) for k in ("ALLOCATED_GPU", "UNALLOCATED_GPU")]
                if None not in parts:
                    self.expect("series", sum(parts) == total, "%s: GPUs at %s are not allocated and unallocated ones" % (body["request"], at))
            if "/clusters/" in body["request"] and body["request"].endswith("/metrics") and "/nodepools/" not in body["request"]:
                whole.update({(kind, at): value for kind, values in totals.items() for at, value in values.items()})
            elif "?groupBy=" in body["request"]:
                parts = collections.Counter()
                for m in body["measurements"]:
                    if m["type"] in ("ALLOCATED_GPU", "TOTAL_GPU") and not m["labels"]:
                        # A run of one instant has all its samples there.
                        for at, value in {v["timestamp"]: milli(v["value"]) for v in m["values"]}.items():
                            parts[m["type"], at] += value
                for (kind, at), value in parts.items():
                    self.expect("series", whole.get((kind, at)) == value, "%s at %s: its groups of %s do not sum to the whole" % (kind, at, body["request"]))
            if "ALLOCATED_GPU" in totals and "/nodepools/" not in body["request"]:
                last = max(totals["ALLOCATED_GPU"])
                if last == self.run.summary["end"]:
                    self.expect("series", totals["ALLOCATED_GPU"][last] == self.run.summary["gpu_allocated_milli"],
                                "the last allocation of %s is not that of the summary" % body["request"])
