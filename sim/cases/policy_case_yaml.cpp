// Policy cases as a person writes them: the scenario's words for nodes, departments, projects and workloads, where each pod
// stands now, and what must come of it. The page of the form is scenarios/policy/README.md.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "berth/core/time_text.hpp"
#include "berth/scenario/load.hpp"
#include "sim/cases/case_parts.hpp"
#include "sim/cases/policy_case.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/checks/checker.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {
namespace {

using workload::PodStatus;

const std::vector<std::pair<std::string, PodStatus>>& status_words() {
  static const std::vector<std::pair<std::string, PodStatus>> words{
      {"pending", PodStatus::pending},     {"gated", PodStatus::gated},
      {"binding", PodStatus::binding},     {"running", PodStatus::running},
      {"releasing", PodStatus::releasing}, {"succeeded", PodStatus::succeeded},
      {"failed", PodStatus::failed},       {"pipelined", PodStatus::pipelined},
  };
  return words;
}
std::optional<PodStatus> status_of(std::string_view word) {
  for (const auto& [name, status] : status_words()) {
    if (name == word) return status;
  }
  return std::nullopt;
}
std::vector<std::string> status_names() {
  std::vector<std::string> names;
  for (const auto& [name, status] : status_words()) names.push_back(name);
  return names;
}

// What stands beside the scenario's keys in a case.
struct CaseWords {
  std::string name;
  std::string why;
  std::int32_t cycles = 1;
  std::int32_t steady_cycles = 0;
  Duration between_cycles{};
  const Value* state = nullptr;
  const Value* usage = nullptr;
  const Value* expect = nullptr;
};

const std::vector<std::string>& case_keys() {
  static const std::vector<std::string> names{
      "name",    "like",      "why",   "cluster", "nodes",  "organization",  "departments",    "policy",
      "actions", "workloads", "state", "usage",   "cycles", "steady_cycles", "between_cycles", "expect"};
  return names;
}

class YamlCase {
 public:
  YamlCase(Reader& reader, const Value& value) : reader_(reader), value_(value) {}

  // Nothing: it has faults, which are reported.
  std::optional<PolicyCase> read(const std::string& file) {
    const std::size_t faults = reader_.diagnostics().error_count();
    case_.place = reader_.document().place(value_.mark);
    if (!read_words()) return std::nullopt;
    Scenario scenario;
    keys<Scenario>().read(reader_, scenario_value(), scenario);
    const LoadOptions options;
    Checker checker(reader_, scenario, options);
    checker.cluster();
    checker.trace();
    checker.organization();
    checker.policy();
    checker.workloads();
    if (reader_.diagnostics().error_count() != faults) return std::nullopt;
    warn_of_recuts(scenario);
    build(scenario, file);
    if (words_.state != nullptr) read_state();
    if (words_.usage != nullptr) read_usage();
    read_expect();
    if (reader_.diagnostics().error_count() == faults) {
      if (const std::string lack = case_json::lack_of_room(case_); !lack.empty())
        reader_.error(words_.state->mark, "case", lack);
    }
    if (reader_.diagnostics().error_count() != faults) return std::nullopt;
    return std::move(case_);
  }

 private:
  bool read_words() {
    if (!value_.is_map()) return reader_.wrong_type(value_, "a case: a map");
    bool good = true;
    for (const Entry& entry : value_.entries) {
      const Reader::Key key(reader_, entry.key);
      if (std::find(case_keys().begin(), case_keys().end(), entry.key) == case_keys().end()) {
        reader_.error(
            entry.key_mark, "unknown-key",
            "unknown key " + berth::quoted(entry.key) + " in a case" + suggestion(entry.key, case_keys()));
        good = false;
      } else if (entry.key == "name") {
        good &= TextForm::read(reader_, entry.value, words_.name);
      } else if (entry.key == "why") {
        good &= TextForm::read(reader_, entry.value, words_.why);
      } else if (entry.key == "cycles") {
        good &= NumberForm<std::int32_t, 1, 1000>::read(reader_, entry.value, words_.cycles);
      } else if (entry.key == "steady_cycles") {
        good &= NumberForm<std::int32_t, 0, 1000>::read(reader_, entry.value, words_.steady_cycles);
      } else if (entry.key == "between_cycles") {
        good &= DurationForm::read(reader_, entry.value, words_.between_cycles);
      } else if (entry.key == "state") {
        words_.state = &entry.value;
      } else if (entry.key == "usage") {
        words_.usage = &entry.value;
      } else if (entry.key == "expect") {
        words_.expect = &entry.value;
      }
    }
    for (const auto& [one, other] :
         {std::pair("cluster", "nodes"), std::pair("organization", "departments")}) {
      if ((value_.find(one) != nullptr) == (value_.find(other) != nullptr)) {
        reader_.error(value_.mark, "keys-exclude",
                      "a case needs exactly one of '" + std::string(one) + "' and '" + other + "'");
        good = false;
      }
    }
    for (const char* needed : {"name", "workloads", "expect"}) {
      if (value_.find(needed) != nullptr) continue;
      reader_.error(value_.mark, "missing-key", "a case needs the key '" + std::string(needed) + "'");
      good = false;
    }
    return good;
  }

  // The case's part that is a scenario, with the short forms written out.
  Value scenario_value() const {
    Value scenario = Value::map();
    scenario.mark = value_.mark;
    scenario.add("version", Value::scalar("1"));
    scenario.add("name", Value::scalar(words_.name));
    if (const Entry* nodes = value_.find("nodes")) {
      Value pool = Value::map();
      pool.mark = nodes->value.mark;
      pool.add("name", Value::scalar("default"));
      pool.add("nodes", nodes->value);
      Value pools = Value::list();
      pools.items.push_back(std::move(pool));
      Value cluster = Value::map();
      cluster.mark = nodes->value.mark;
      cluster.add("node_pools", std::move(pools));
      scenario.add("cluster", std::move(cluster));
    } else {
      scenario.add("cluster", value_.find("cluster")->value);
    }
    if (const Entry* departments = value_.find("departments")) {
      Value organization = Value::map();
      organization.mark = departments->value.mark;
      organization.add("departments", departments->value);
      scenario.add("organization", std::move(organization));
    } else {
      scenario.add("organization", value_.find("organization")->value);
    }
    scenario.add("policy", policy_value());
    scenario.add("workloads", value_.find("workloads")->value);
    return scenario;
  }

  // Policy cases run without signatures and without a cap on consolidation, unless they say otherwise.
  Value policy_value() const {
    const Entry* given = value_.find("policy");
    Value policy = given != nullptr && given->value.is_map() ? given->value : Value::map();
    if (given != nullptr && !given->value.is_map()) return given->value;
    policy.mark = given != nullptr ? given->value.mark : value_.mark;
    if (policy.find("name") == nullptr) policy.add("name", Value::scalar("kai"));
    if (policy.find("name")->value.text != "kai") return policy;
    if (policy.find("options") == nullptr) policy.add("options", Value::map());
    Value& options = policy.find("options")->value;
    if (!options.is_map()) return policy;
    const auto unless_said = [&](const char* option, const std::string& text) {
      if (options.find(option) == nullptr) options.add(option, Value::scalar(text));
    };
    unless_said("signatures", "false");
    unless_said("consolidation_limit", "-1");
    if (const Entry* actions = value_.find("actions"); actions != nullptr && actions->value.is_list()) {
      std::string names;
      for (const Value& action : actions->value.items) names += (names.empty() ? "" : ", ") + action.text;
      Value text = Value::scalar(names);
      text.mark = actions->value.mark;
      options.add("actions", std::move(text));
    }
    return policy;
  }

  void build(const Scenario& scenario, const std::string& file) {
    simulation::Input input = build_input(scenario);
    case_.id = file + "#" + words_.name;
    case_.name = words_.name;
    case_.policy = std::move(input.policy);
    case_.rounds_until_match = words_.cycles;
    case_.rounds_after_match = words_.steady_cycles;
    case_.between_rounds = words_.between_cycles;
    case_.now = input.start;
    case_.organization = std::move(input.organization);
    build_cluster(input.cluster);
    std::vector<simulation::Submission> all;
    while (std::optional<simulation::Submission> next = input.submissions->next())
      all.push_back(std::move(*next));
    for (std::size_t i = 0; i < all.size(); ++i) {
      add_workload(std::move(all[i]), case_.now - minutes(static_cast<std::int64_t>(all.size() - i)));
    }
  }

  void warn_of_recuts(const Scenario& scenario) {
    for (const PoolSpec& pool : scenario.cluster.node_pools) {
      for (const NodeGroup& group : pool.nodes) {
        if (!group.mig || group.mig->repartition == Repartition::never) continue;
        reader_.warning(group.name.mark, "not-heeded",
                        "node group " + berth::quoted(group.name.value) +
                            ": a policy case cuts no MIG instances anew; repartition has no effect");
      }
    }
  }

  // A case's nodes are counts: where a pod lies is the case's word.
  void build_cluster(const cluster::Cluster& from) {
    case_.cluster.name = from.name;
    case_.cluster.models = from.models;
    case_.cluster.topologies = from.topologies;
    for (const cluster::NodePool& pool : from.pools) {
      cluster::NodePool copy = pool;
      copy.nodes.clear();
      copy.membership = 0;
      case_.cluster.pools.push_back(std::move(copy));
    }
    for (cluster::NodeSpec spec : from.nodes) {
      spec.inventory = cluster::Inventory::counts;
      std::map<std::string, std::int32_t> advertised;
      for (const cluster::MigInstance& instance : spec.mig_layout) {
        ++advertised[from.models[spec.gpu_model].mig.profiles[instance.profile].name];
      }
      spec.mig_advertised.assign(advertised.begin(), advertised.end());
      if (spec.gpu_model == none<GpuModelId>() && spec.gpus > 0) spec.gpu_memory = mebibytes(100);
      const std::string name = spec.name;
      nodes_.emplace(name, case_.cluster.add_node(std::move(spec)));
    }
  }

  void add_workload(simulation::Submission submission, Instant created) {
    workload::Workload w;
    w.spec = std::move(submission.spec);
    w.uid = w.spec.name;
    w.spec.termination_grace = seconds(1);  // what is evicted stays on its node to the end of the cycle
    w.pool = w.spec.node_pools.front();
    w.created = created;
    w.pod_group = true;
    const WorkloadId id = case_.workloads.all.end_id();
    workloads_.emplace(w.spec.name, id);
    std::int32_t index = 0;
    for (std::size_t t = 0; t < w.spec.templates.size(); ++t) {
      workload::PodTemplate& pods = w.spec.templates[t];
      pods.shape = case_.workloads.intern(submission.shapes[index_of(pods.shape)]);
      for (std::int32_t n = 0; n < pods.count; ++n, ++index) {
        workload::Pod pod;
        pod.workload = id;
        pod.index = index;
        pod.template_index = static_cast<std::uint16_t>(t);
        pod.sub_group = static_cast<std::uint16_t>(pods.sub_group);
        pod.shape = pods.shape;
        pod.created = created;
        const PodId p = case_.workloads.pods.push_back(std::move(pod));
        case_.pod_names.push_back(w.spec.name + "-" + std::to_string(index));
        pods_.emplace(case_.pod_names[p], p);
        w.pods.push_back(p);
      }
    }
    case_.workloads.all.push_back(std::move(w));
    case_.stale_for.push_back(Duration{-1});
    case_.started_for.push_back(minutes(1));
  }

  // --- state: {WORKLOAD: NODE | [one of a pod] | {pods, started, created, below_minimum, deleted}} --------------------
  void read_state() {
    if (!words_.state->is_map()) {
      reader_.wrong_type(*words_.state, "a map from workload to where its pods are");
      return;
    }
    for (const Entry& entry : words_.state->entries) {
      const Reader::Key key(reader_, entry.key);
      const auto found = workloads_.find(entry.key);
      if (found == workloads_.end()) {
        reader_.unknown(entry.key_mark, "workload", entry.key, names_of(workloads_));
        continue;
      }
      const Value* pods = &entry.value;
      if (entry.value.is_map() && entry.value.find("node") == nullptr &&
          entry.value.find("status") == nullptr) {
        pods = read_times(entry.value, found->second);
      }
      if (pods != nullptr) place_pods(*pods, found->second);
    }
  }

  // Gives what is said of the pods; null: nothing.
  const Value* read_times(const Value& value, WorkloadId id) {
    const Value* pods = nullptr;
    workload::Workload& w = case_.workloads.all[id];
    for (const Entry& entry : value.entries) {
      const Reader::Key key(reader_, entry.key);
      Duration ago;
      if (entry.key == "pods") {
        pods = &entry.value;
      } else if (entry.key == "started" && DurationForm::read(reader_, entry.value, ago)) {
        case_.started_for[id] = ago;
      } else if (entry.key == "created" && DurationForm::read(reader_, entry.value, ago)) {
        w.created = case_.now - ago;
      } else if (entry.key == "below_minimum" && DurationForm::read(reader_, entry.value, ago)) {
        case_.stale_for[id] = ago;
      } else if (entry.key == "deleted") {
        BoolForm::read(reader_, entry.value, w.deleting_job);
      } else if (const std::vector<std::string> known{"pods", "started", "created", "below_minimum",
                                                      "deleted"};
                 std::find(known.begin(), known.end(), entry.key) == known.end()) {
        reader_.error(entry.key_mark, "unknown-key",
                      "unknown key " + berth::quoted(entry.key) + " in a workload's state" +
                          suggestion(entry.key, known));
      }
    }
    return pods;
  }

  void place_pods(const Value& value, WorkloadId id) {
    const std::vector<PodId>& pods = case_.workloads.all[id].pods;
    if (!value.is_list()) {
      for (const PodId p : pods) place_pod(value, p);
      return;
    }
    if (value.items.size() > pods.size()) {
      reader_.error(
          value.mark, "too-many",
          std::to_string(value.items.size()) + " places for " + std::to_string(pods.size()) + " pods");
      return;
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) place_pod(value.items[i], pods[i]);
  }

  // "pending", "n0" (running there) or {status, node, devices}.
  void place_pod(const Value& value, PodId id) {
    workload::Pod& pod = case_.workloads.pods[id];
    const Value* node = &value;
    std::vector<std::string> devices;
    pod.status = PodStatus::running;
    if (value.is_map()) {
      node = nullptr;
      for (const Entry& entry : value.entries) {
        const Reader::Key key(reader_, entry.key);
        if (entry.key == "status") {
          if (!read_status(entry.value, pod.status)) return;
        } else if (entry.key == "node") {
          node = &entry.value;
        } else if (entry.key == "devices") {
          if (!ListOf<TextForm>::read(reader_, entry.value, devices)) return;
        } else {
          reader_.error(entry.key_mark, "unknown-key",
                        "unknown key " + berth::quoted(entry.key) + " in a pod's state" +
                            suggestion(entry.key, {"status", "node", "devices"}));
          return;
        }
      }
    } else if (value.is_scalar() && status_of(value.text)) {
      pod.status = *status_of(value.text);
      node = nullptr;
    }
    if (node != nullptr) {
      const std::string* name = reader_.scalar(*node, "a node's name or a status");
      if (name == nullptr) return;
      const auto found = nodes_.find(*name);
      if (found == nodes_.end()) {
        reader_.unknown(node->mark, "node", *name, names_of(nodes_));
        return;
      }
      pod.node = found->second;
    }
    const bool needs_node = holds_devices(pod.status) || pod.status == PodStatus::pipelined;
    if (needs_node != (node != nullptr)) {
      reader_.error(value.mark, "pod-state",
                    "a pod that is " + std::string(name_of(pod.status)) +
                        (needs_node ? " needs a node" : " has no node"));
      return;
    }
    if (needs_node) share_devices(pod, std::move(devices), value.mark);
  }

  bool read_status(const Value& value, PodStatus& out) {
    const std::string* text = reader_.scalar(value, "a status");
    if (text == nullptr) return false;
    const std::optional<PodStatus> status = status_of(*text);
    if (!status) {
      reader_.unknown(value.mark, "status", *text, status_names());
      return false;
    }
    out = *status;
    return true;
  }

  // Sharing groups of a placed pod; without names it has one of its own for each device.
  void share_devices(workload::Pod& pod, std::vector<std::string> names, Mark mark) {
    const workload::GpuRequest& gpu = case_.workloads.shape_of(pod).gpu;
    const bool shares =
        gpu.kind == workload::GpuRequestKind::fraction || gpu.kind == workload::GpuRequestKind::memory;
    if (!names.empty() && (!shares || names.size() != static_cast<std::size_t>(gpu.devices))) {
      reader_.error(mark, "pod-state",
                    shares ? "the pod shares " + std::to_string(gpu.devices) + " devices, not " +
                                 std::to_string(names.size())
                           : "the pod shares no device");
      return;
    }
    if (!shares) return;
    for (std::int32_t i = 0; names.size() < static_cast<std::size_t>(gpu.devices); ++i) {
      names.push_back("own-" + std::to_string(case_.group_names.size() + static_cast<std::size_t>(i)));
    }
    for (const std::string& name : names) {
      const auto [found, fresh] =
          groups_.try_emplace({pod.node, name}, static_cast<std::uint32_t>(case_.group_names.size()));
      if (fresh) case_.group_names.push_back(name);
      pod.devices.slots.push_back(found->second);
    }
  }

  // --- usage: {DEPARTMENT or PROJECT: {gpu: 40%, cpu:, memory:}} ------------------------------------------------------
  void read_usage() {
    if (!words_.usage->is_map()) {
      reader_.wrong_type(*words_.usage, "a map from queue to its part of past capacity");
      return;
    }
    case_.usage.assign(case_.organization.queues.size(), {});
    for (const Entry& entry : words_.usage->entries) {
      const Reader::Key key(reader_, entry.key);
      const std::optional<QueueId> queue = case_.organization.find(entry.key);
      if (!queue) {
        std::vector<std::string> known;
        for (const organization::Queue& q : case_.organization.queues) known.push_back(q.name);
        reader_.unknown(entry.key_mark, "department or project", entry.key, known);
        continue;
      }
      const std::vector<std::string> resources{"cpu", "memory", "gpu"};
      if (!entry.value.is_map()) {
        reader_.wrong_type(entry.value, "a map with gpu, cpu or memory");
        continue;
      }
      for (const Entry& part : entry.value.entries) {
        const Reader::Key part_key(reader_, part.key);
        const auto resource = std::find(resources.begin(), resources.end(), part.key);
        if (resource == resources.end()) {
          reader_.unknown(part.key_mark, "resource", part.key, resources);
          continue;
        }
        std::int32_t percent = 0;
        if (!PercentForm::read(reader_, part.value, percent)) continue;
        case_.usage[*queue][static_cast<std::size_t>(resource - resources.begin())] = percent / 100.0;
      }
    }
  }

  // --- expect: {WORKLOAD or POD: STATUS | {status, node, gpus, message}, nodes:, at_most:} ------------------------------
  void read_expect() {
    if (!words_.expect->is_map()) {
      reader_.wrong_type(*words_.expect, "a map from workload or pod to what it becomes");
      return;
    }
    for (const Entry& entry : words_.expect->entries) {
      const Reader::Key key(reader_, entry.key);
      if (entry.key == "nodes") {
        read_expected_nodes(entry.value);
      } else if (entry.key == "at_most") {
        read_at_most(entry.value);
      } else if (workloads_.count(entry.key) > 0) {
        read_expected_task(entry.value, case_.expected.jobs[entry.key]);
      } else if (pods_.count(entry.key) > 0) {
        read_expected_task(entry.value, case_.expected.tasks[entry.key]);
      } else {
        std::vector<std::string> known = names_of(workloads_);
        for (const auto& [name, id] : pods_) known.push_back(name);
        reader_.unknown(entry.key_mark, "workload or pod", entry.key, known);
      }
    }
  }

  void read_expected_task(const Value& value, ExpectedTask& out) {
    if (value.is_scalar()) {
      read_status(value, out.status.emplace());
      return;
    }
    if (!value.is_map()) {
      reader_.wrong_type(value, "a status, or a map with status, node, gpus or message");
      return;
    }
    for (const Entry& entry : value.entries) {
      const Reader::Key key(reader_, entry.key);
      if (entry.key == "status") {
        read_status(entry.value, out.status.emplace());
      } else if (const std::optional<PodStatus> status = status_of(entry.key)) {
        out.status = status;  // {running: n0}
        read_expected_node(entry.value, out);
      } else if (entry.key == "node") {
        read_expected_node(entry.value, out);
      } else if (entry.key == "gpus") {
        DecimalForm<std::int64_t, 3, 0, max_count>::read(reader_, entry.value,
                                                         out.accepted_gpu_milli.emplace());
      } else if (entry.key == "message") {
        TextForm::read(reader_, entry.value, out.message.emplace());
      } else {
        reader_.error(entry.key_mark, "unknown-key",
                      "unknown key " + berth::quoted(entry.key) + " in an expectation" +
                          suggestion(entry.key, {"status", "node", "gpus", "message"}));
      }
    }
  }

  void read_expected_node(const Value& value, ExpectedTask& out) {
    const std::string* name = reader_.scalar(value, "a node's name");
    if (name == nullptr) return;
    if (nodes_.count(*name) == 0) {
      reader_.unknown(value.mark, "node", *name, names_of(nodes_));
      return;
    }
    out.node = *name;
  }

  // Each name of `into` read as a whole number.
  void read_numbers(const Value& value,
                    const std::vector<std::pair<std::string, std::optional<std::int64_t>*>>& into) {
    if (!value.is_map()) {
      reader_.wrong_type(value, "a map");
      return;
    }
    for (const Entry& entry : value.entries) {
      const Reader::Key key(reader_, entry.key);
      const auto found =
          std::find_if(into.begin(), into.end(), [&](const auto& i) { return i.first == entry.key; });
      if (found == into.end()) {
        std::vector<std::string> known;
        for (const auto& [name, number] : into) known.push_back(name);
        reader_.error(entry.key_mark, "unknown-key",
                      "unknown key " + berth::quoted(entry.key) + suggestion(entry.key, known));
      } else {
        read_whole_number(reader_, entry.value, -max_count, max_count, found->second->emplace());
      }
    }
  }

  void read_at_most(const Value& value) {
    AtMost& most = case_.expected.at_most;
    read_numbers(value,
                 {{"binds", &most.binds}, {"evictions", &most.evictions}, {"pipelines", &most.pipelines}});
  }

  void read_expected_nodes(const Value& value) {
    if (!value.is_map()) {
      reader_.wrong_type(value, "a map from node to its GPUs");
      return;
    }
    for (const Entry& entry : value.entries) {
      const Reader::Key key(reader_, entry.key);
      if (nodes_.count(entry.key) == 0) {
        reader_.unknown(entry.key_mark, "node", entry.key, names_of(nodes_));
        continue;
      }
      ExpectedNode& node = case_.expected.nodes[entry.key];
      read_numbers(entry.value, {{"idle_gpus", &node.idle_gpus}, {"releasing_gpus", &node.releasing_gpus}});
    }
  }

  template <class Id>
  static std::vector<std::string> names_of(const std::map<std::string, Id>& table) {
    std::vector<std::string> names;
    for (const auto& [name, id] : table) names.push_back(name);
    return names;
  }

  Reader& reader_;
  const Value& value_;
  CaseWords words_;
  PolicyCase case_;
  std::map<std::string, NodeId> nodes_;
  std::map<std::string, WorkloadId> workloads_;
  std::map<std::string, PodId> pods_;
  std::map<std::pair<NodeId, std::string>, std::uint32_t> groups_;
};

// `like: NAME`: every key that the case does not say itself is that case's, an earlier one of the file.
bool take_over(Reader& reader, const std::map<std::string, const Value*>& earlier, Value& value) {
  const Entry* like = value.find("like");
  if (like == nullptr) return true;
  const auto found = earlier.find(like->value.text);
  if (found == earlier.end()) {
    std::vector<std::string> known;
    for (const auto& [name, other] : earlier) known.push_back(name);
    const Reader::Key key(reader, "like");
    reader.unknown(like->value.mark, "earlier case", like->value.text, known);
    return false;
  }
  for (const Entry& entry : found->second->entries) {
    if (value.find(entry.key) == nullptr) value.entries.push_back(entry);
  }
  return true;
}

}  // namespace

std::vector<PolicyCase> read_policy_cases_yaml(const std::string& text, const std::string& file,
                                               Diagnostics& faults) {
  std::vector<PolicyCase> cases;
  Document document;
  const std::uint32_t index = document.add_file(file);
  const std::optional<Value> root = document.parse(text, index, faults);
  if (!root) return cases;
  const Entry* list = root->is_map() ? root->find("cases") : nullptr;
  if (list == nullptr || root->entries.size() != 1 || !list->value.is_list()) {
    faults.error("case", document.place(root->mark),
                 "a file of policy cases is a map with one key, 'cases': a list");
    return cases;
  }
  std::set<std::string> ids;
  std::map<std::string, const Value*> earlier;  // by name
  std::vector<Value> whole;                     // each with what it takes from the one that it is like
  whole.reserve(list->value.items.size());
  for (const Value& value : list->value.items) {
    whole.push_back(value);
    const Entry* name = value.find("name");
    Diagnostics found;
    Reader reader(document, found);
    std::optional<PolicyCase> c;
    if (take_over(reader, earlier, whole.back())) {
      if (name != nullptr) earlier.emplace(name->value.text, &whole.back());
      c = YamlCase(reader, whole.back()).read(file);
    }
    if (c && !ids.insert(c->id).second) {
      reader.error(value.mark, "case", "another case of this file has this name");
      c.reset();
    }
    const std::string who = name != nullptr ? "case " + berth::quoted(name->value.text) + ": " : "";
    for (const Diagnostic& d : found.all()) {
      if (d.severity == Severity::error)
        faults.error(d.code, d.place, who + d.message);
      else
        faults.warning(d.code, d.place, who + d.message);
    }
    if (c) cases.push_back(std::move(*c));
  }
  return cases;
}

}  // namespace berth::scenario
