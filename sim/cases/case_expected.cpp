#include <map>
#include <set>

#include "sim/cases/case_json.hpp"
#include "sim/cases/case_parts.hpp"

namespace berth::scenario::case_json {
namespace {

class ExpectationReader {
 public:
  ExpectationReader(const json& line, PolicyCase& c) : line_(line), c_(c) {
    for (const workload::Workload& w : c.workloads.all) job_names_.insert(w.spec.name);
    task_names_.insert(c.pod_names.begin(), c.pod_names.end());
    for (const cluster::NodeSpec& node : c.cluster.nodes) nodes_.insert(node.name);
  }

  void read_expected() {
    const json& e = map(line_, "expected", "case");
    only_keys(e, "expected", {"jobs", "tasks", "nodes", "at_most"});
    for (const auto& [name, value] : map(e, "jobs", "expected").items()) {
      known(job_names_, name, "expected.jobs: unknown job");
      c_.expected.jobs[name] = task_expectation(value, "expected.jobs." + name);
    }
    for (const auto& [name, value] : map(e, "tasks", "expected").items()) {
      known(task_names_, name, "expected.tasks: unknown task");
      c_.expected.tasks[name] = task_expectation(value, "expected.tasks." + name);
    }
    for (const auto& [name, value] : map(e, "nodes", "expected").items()) {
      if (nodes_.find(name) == nodes_.end())
        fault("expected.nodes: unknown node '" + name + "'" + nearest(name, node_names()));
      const std::string where = "expected.nodes." + name;
      only_keys(value, where, {"idle_gpus", "releasing_gpus"});
      ExpectedNode& node = c_.expected.nodes[name];
      if (const json* n = field(value, "idle_gpus")) node.idle_gpus = whole_of(*n, where, -1'000'000);
      if (const json* n = field(value, "releasing_gpus"))
        node.releasing_gpus = whole_of(*n, where, -1'000'000);
    }
    const json& most = map(e, "at_most", "expected");
    only_keys(most, "expected.at_most", {"binds", "evictions", "pipelines"});
    if (const json* n = field(most, "binds"))
      c_.expected.at_most.binds = whole_of(*n, "expected.at_most.binds", 0);
    if (const json* n = field(most, "evictions"))
      c_.expected.at_most.evictions = whole_of(*n, "expected.at_most.evictions", 0);
    if (const json* n = field(most, "pipelines"))
      c_.expected.at_most.pipelines = whole_of(*n, "expected.at_most.pipelines", 0);
  }

  static void known(const std::set<std::string>& names, const std::string& name, const std::string& what) {
    if (names.count(name) == 0) fault(what + " '" + name + "'" + nearest(name, {names.begin(), names.end()}));
  }

  ExpectedTask task_expectation(const json& value, const std::string& where) {
    only_keys(value, where, {"status", "node", "accepted_gpus", "message", "gpu_groups"});
    ExpectedTask out;
    if (field(value, "status") != nullptr) out.status = status_named(text(value, "status", where), where);
    if (field(value, "node") != nullptr) {
      out.node = text(value, "node", where);
      if (!out.node->empty() && nodes_.find(*out.node) == nodes_.end()) {
        fault(where + ": unknown node '" + *out.node + "'" + nearest(*out.node, node_names()));
      }
    }
    if (const json* n = field(value, "accepted_gpus")) out.accepted_gpu_milli = milli(number_of(*n, where));
    if (field(value, "message") != nullptr) out.message = text(value, "message", where);
    out.gpu_groups = texts(value, "gpu_groups", where);
    return out;
  }

  std::vector<std::string> node_names() const { return {nodes_.begin(), nodes_.end()}; }

  const json& line_;
  PolicyCase& c_;
  std::set<std::string> job_names_, task_names_, nodes_;
};

}  // namespace

void read_expectations(const json& line, PolicyCase& c) {
  ExpectationReader(line, c).read_expected();
}

}  // namespace berth::scenario::case_json
