// The reference's cases of texts: fit errors, quotas, status messages; and of constraint signatures.
#include <algorithm>
#include <optional>
#include <sstream>

#include "sim/policy/kai/nodes/pre_filters.hpp"
#include "sim/policy/kai/session/signatures.hpp"
#include "sim/policy/kai/words/messages.hpp"
#include "tests/policy/kai/session/placement_session.hpp"

namespace berth::policy::kai::testing {
namespace {

using berth::testing::for_each_rule_case;
const std::string file = "kai-rules-decisions.jsonl";

ResourceText amounts_of(const Json& j) {
  ResourceText text;
  text.cpu_milli = integer_or(j, "cpu_milli", 0);
  text.memory_bytes = integer_or(j, "memory_bytes", 0);
  text.devices = static_cast<std::int32_t>(integer_or(j, "devices", 1));
  text.portion = number_or(j, "gpu_fraction", 0);
  text.gpus = text.portion > 0 ? text.portion * text.devices : number_or(j, "gpus", 0);
  text.gpu_memory_mib = integer_or(j, "gpu_memory_mib", 0);
  const auto add = [&](const char* key, std::int64_t times) {
    if (!j.contains(key)) return;
    for (const auto& [name, count] : j.at(key).items()) {
      text.others.emplace_back(name, count.get<std::int64_t>() * times);
    }
  };
  add("mig_instances", 1);
  add("extended", 1000);
  if (j.contains("pods")) text.others.emplace_back("pods", integer_or(j, "pods", 0));
  std::sort(text.others.begin(), text.others.end());
  return text;
}

std::vector<std::string> texts(const Json& j, const char* key) {
  return j.contains(key) ? j.at(key).get<std::vector<std::string>>() : std::vector<std::string>{};
}

std::vector<JobFitError> job_errors(const Json& list) {
  std::vector<JobFitError> errors;
  for (const Json& error : list) {
    JobFitError e;
    e.sub_group = text_or(error, "sub_group", "");
    e.reason = text_or(error, "reason", "");
    e.messages = texts(error, "messages");
    if (error.contains("message")) e.messages.push_back(error.at("message").get<std::string>());
    e.detailed = texts(error, "detailed_messages");
    e.domain = text_or(error, "domain", "");
    errors.push_back(std::move(e));
  }
  return errors;
}

void check_text(const std::string& text, const Json& expected) {
  if (expected.is_string()) {
    CHECK(text == expected.get<std::string>());
  } else if (expected.contains("contains")) {
    for (const Json& part : expected.at("contains").is_array() ? expected.at("contains")
                                                               : Json::array({expected.at("contains")})) {
      CHECK(text.find(part.get<std::string>()) != std::string::npos);
    }
  } else {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    auto wanted = expected.at("lines").get<std::vector<std::string>>();
    std::sort(lines.begin(), lines.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(lines == wanted);
  }
}

void check_parts(const std::vector<std::string>& messages, const std::vector<std::string>& detailed,
                 const Json& expected) {
  if (expected.contains("messages")) CHECK(messages == texts(expected, "messages"));
  if (expected.contains("detailed_messages")) CHECK(detailed == texts(expected, "detailed_messages"));
}

PodFitErrors pod_errors(const Json& error, const Json& nodes) {
  PodFitErrors errors;
  if (!error.is_null()) errors.error = error.get<std::string>();
  for (const auto& [name, of] : nodes.items()) {
    NodeFitError node;
    node.node = name;
    if (of.is_string())
      node.reasons.push_back(of.get<std::string>());
    else if (of.is_array())
      node.reasons = of.get<std::vector<std::string>>();
    else {
      node.reasons = texts(of, "reasons");
      if (node.reasons.empty()) node.reasons = texts(of, "messages");
      node.detailed = texts(of, "detailed_messages");
    }
    errors.nodes.push_back(std::move(node));
  }
  return errors;
}

Resource resource_named(const std::string& name) {
  return name == "cpu" ? Resource::cpu : name == "memory" ? Resource::memory : Resource::gpu;
}

TEST_CASE("kai: texts, case by case") {
  for_each_rule_case(file, "message", [](const Json& c) {
    const std::string kind = c.at("kind").get<std::string>();
    const Json& expected = c.at("expected");
    if (kind == "job_fit") {
      check_text(message_of(job_errors(c.at("errors"))), expected);
    } else if (kind == "job_fit_detailed") {
      check_text(detailed_message_of(job_errors(c.at("errors"))), expected);
    } else if (kind == "fit_error_parts") {
      const JobFitError error = job_errors(Json::array({c})).front();
      check_parts(error.messages, error.details(), expected);
    } else if (kind == "fit_error_detailed") {
      std::vector<JobFitError> errors = job_errors(c.contains("errors") ? c.at("errors") : Json::array({c}));
      check_text(detailed_text(errors.front()), expected);
    } else if (kind == "domain_insufficient") {
      const JobFitError error =
          insufficient_in_domain("", c.at("domain").get<std::string>(), amounts_of(c.at("requested")),
                                 amounts_of(c.at("available")));
      check_parts(error.messages, error.details(), expected);
    } else if (kind == "node_insufficient") {
      const NodeFitError error = insufficient_on_node(
          "node", amounts_of(c.at("requested")), amounts_of(c.at("used")), amounts_of(c.at("capacity")),
          integer_or(c, "gpu_memory_mib", 0), c.value("gang", false), text_or(c, "suffix", ""));
      check_parts(error.reasons, error.detailed, expected);
    } else if (kind == "pod_fit") {
      check_text(message_of(pod_errors(c.at("error"), c.at("nodes"))), expected);
    } else if (kind == "over_quota" || kind == "over_limit") {
      const Resource resource = resource_named(c.at("resource").get<std::string>());
      const std::string queue = c.at("queue").get<std::string>();
      const double bound = number_or(c, kind == "over_quota" ? "quota" : "limit", 0);
      const double used = number_or(c, "used", 0);
      const double requested = number_or(c, "requested", 0);
      check_text(kind == "over_quota" ? over_quota_message(queue, resource, bound, used, requested)
                                      : over_limit_message(queue, resource, bound, used, requested),
                 expected);
    } else if (kind == "pre_filters") {
      const std::string pod = c.at("pod").get<std::string>();
      std::vector<PreFilterFailure> failures;
      for (const Json& failure : c.at("failures")) {
        failures.push_back({failure.at("filter").get<std::string>(), failure.at("error").get<std::string>(),
                            texts(failure, "reasons")});
      }
      const std::size_t slash = pod.find('/');
      check_text(pre_filters_message(pod.substr(0, slash), pod.substr(slash + 1), failures), expected);
    } else {
      FAIL("no kind of text " << kind);
    }
  });
}

// Shapes are looked up after all are in: the table moves as it grows.
void add_tasks(PlacementSession& s, const Json& list) {
  for (const Json& task : list) {
    s.add_task(s.add_shape(task.at("request")), placed_status(task.at("status").get<std::string>()));
  }
}

void check_comparison(const Json& c, bool (*rule)(std::vector<ComparedTask>, std::vector<ComparedTask>)) {
  PlacementSession s;
  add_tasks(s, c.at("failed_job"));
  const std::size_t split = s.session.tasks.size();
  add_tasks(s, c.at("job"));
  std::vector<ComparedTask> failed, job;
  for (std::size_t i = 0; i < s.session.tasks.size(); ++i) {
    const TaskIx task = id_of<TaskIx>(i);
    (i < split ? failed : job)
        .push_back({s.session.tasks[task].status == TaskStatus::pending, &s.session.shape_of(task)});
  }
  // Jobs of different constraints are never compared: each is tried.
  const bool answer = c.value("same_constraints", true) ? rule(failed, job) : true;
  CHECK(answer == c.at("expected").get<bool>());
}

TEST_CASE("kai: easier jobs, case by case") {
  for_each_rule_case(file, "easier_than", [](const Json& c) { check_comparison(c, easier_than); });
}

PodConstraints rich_pod() {
  PodConstraints pod;
  pod.storage = {"claim-1"};
  pod.node_requirements = {{"selector", workload::NodeRequirement::Operator::in, {"a"}},
                           {"affinity", workload::NodeRequirement::Operator::in, {"b", "c"}}};
  pod.pod_affinity = {{false, {{"app", "x"}}, "zone"}};
  pod.tolerations = {{"key", false, "value", "NoSchedule"}};
  pod.spread_constraints = {
      "node_affinity_policy=Honor", "node_taints_policy=Honor",         "match_labels=app:x", "max_skew=1",
      "topology_key=zone",          "when_unsatisfiable=DoNotSchedule", "min_domains=1"};
  pod.host_ports = {"8080/TCP"};
  pod.priority_class = "train";
  pod.priority = 50;
  return pod;
}

// The pod with the change that the case names; nothing: the test does not know it.
std::optional<PodConstraints> changed(const std::string& change) {
  PodConstraints pod = rich_pod();
  const auto says = [&](const char* word) { return change.find(word) != std::string::npos; };
  if (says("topology_spread")) {
    for (const char* field : {"node_affinity_policy", "node_taints_policy", "match_labels", "label_selector",
                              "max_skew", "topology_key", "when_unsatisfiable", "min_domains"}) {
      if (!says(field)) continue;
      std::erase_if(pod.spread_constraints, [&](const std::string& s) { return s.rfind(field, 0) == 0; });
      return pod;
    }
    pod.spread_constraints.clear();
    return pod;
  }
  if (says("host_port"))
    pod.host_ports = {"9090/TCP"};
  else if (says("node_selector"))
    pod.node_requirements.erase(pod.node_requirements.begin());
  else if (says("affinity")) {
    pod.node_requirements.pop_back();
    pod.pod_affinity.clear();
  } else if (says("toleration"))
    pod.tolerations.clear();
  else if (says("priority_class"))
    pod.priority_class.clear();
  else if (says("priority"))
    pod.priority += 1;
  else if (says("volume") || says("storage") || says("claim"))
    pod.storage.clear();
  else if (says("resource") || says("request") || says("name") || says("label"))
    return pod;
  else
    return std::nullopt;
  return pod;
}

TEST_CASE("kai: constraint signatures, case by case") {
  for_each_rule_case(file, "constraint_signature", [](const Json& c) {
    const auto pod = changed(c.at("change").get<std::string>());
    REQUIRE(pod.has_value());
    CHECK((signature_of(*pod) != signature_of(rich_pod())) ==
          c.at("expected").at("signature_differs").get<bool>());
  });
}

}  // namespace
}  // namespace berth::policy::kai::testing
