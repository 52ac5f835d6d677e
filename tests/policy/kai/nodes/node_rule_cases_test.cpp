// The reference's cases of single rules about nodes and devices: fits, filters, scores, device choice.
#include <algorithm>

#include "sim/policy/kai/actions/victim_set_filters.hpp"
#include "sim/policy/kai/nodes/device_choice.hpp"
#include "sim/policy/kai/nodes/feasible_nodes.hpp"
#include "sim/policy/kai/nodes/filters.hpp"
#include "sim/policy/kai/nodes/node_scores.hpp"
#include "sim/policy/kai/nodes/pre_filters.hpp"
#include "sim/policy/kai/words/fit_reasons.hpp"
#include "tests/policy/kai/session/placement_session.hpp"

namespace berth::policy::kai::testing {
namespace {

using berth::testing::for_each_rule_case;
const std::string file = "kai-rules-decisions.jsonl";

// A plugin alone, as the case names it.
Plugins only(const std::string& plugin) {
  Plugins none;
  none.predicates = none.proportion = none.node_availability = none.gpu_sharing_order = none.resource_type =
      false;
  none.node_placement = none.topology = none.pod_affinity = false;
  if (plugin == "nodeplacement")
    none.node_placement = true;
  else if (plugin == "resourcetype")
    none.resource_type = true;
  else if (plugin == "nodeavailability")
    none.node_availability = true;
  else if (plugin == "gpusharingorder")
    none.gpu_sharing_order = true;
  else if (plugin == "podaffinity")
    none.pod_affinity = true;
  else
    FAIL("no plugin " << plugin);
  return none;
}

TEST_CASE("kai: node scores, case by case") {
  // Two cases are of nominated nodes, which Berth's World does not have.
  int nominated = 0;
  for_each_rule_case(file, "node_score", [&](const Json& c) {
    if (c.at("plugin") == "nominatednode") {
      CHECK(++nominated <= 2);
      return;
    }
    PlacementSession s;
    s.session.options.plugins = only(c.at("plugin").get<std::string>());
    const auto packing =
        text_or(c, "strategy", "binpack") == "spread" ? cluster::Packing::spread : cluster::Packing::binpack;
    s.session.options.gpu_placement = s.session.options.cpu_placement = packing;
    for (const auto& [name, node] : c.at("nodes").items()) s.add_node(name, node);
    const TaskIx task = s.add_task(s.add_shape(c.at("task")));
    const NodeScorer scorer(s.session, task, s.session.all_nodes, nullptr);
    for (const auto& [name, score] : c.at("expected").items()) {
      INFO("node " << name);
      CHECK(scorer.score(s.node(name)).value() == Approx(score.get<double>()).margin(1e-9));
    }
  });
}

TEST_CASE("kai: device scores, case by case") {
  for_each_rule_case(file, "device_score", [](const Json& c) {
    const auto order = c.at("strategy") == "pack" ? DeviceOrder::pack : DeviceOrder::spread;
    const std::int64_t memory = integer_or(c, "gpu_memory_mib", 0);
    const bool whole = c.at("whole_gpu_marker").get<bool>();
    const auto score = device_score(order, integer_or(c, "used_mib", 0), memory, whole);
    if (c.at("expected").contains("error")) {
      REQUIRE_FALSE(score.has_value());
      CHECK(invalid_gpu_memory_message("node") == c.at("expected").at("error"));
    } else {
      CHECK(score.value() == Approx(c.at("expected").at("score").get<double>()).margin(1e-9));
    }
  });
}

TEST_CASE("kai: device choice, case by case") {
  for_each_rule_case(file, "device_choice", [](const Json& c) {
    PlacementSession s;
    const NodeIx node = s.add_node("node", c.at("node"));
    const ShapeIx shape = s.add_shape(c.at("request"));
    std::vector<GroupIx> ranked;
    for (const Json& device : c.at("ranked_devices")) {
      ranked.push_back(device == "whole" ? whole_gpu : s.group(device.get<std::string>()));
    }
    DeviceChoice choice;
    take_devices(s.session.nodes[node], s.session.shapes[shape], ranked, c.at("pipeline_only").get<bool>(),
                 choice);
    const Json& expected = c.at("expected");
    if (expected.contains("devices"))
      CHECK(choice.devices.size() == expected.at("devices").get<std::size_t>());
    if (expected.contains("includes")) {
      for (const Json& device : expected.at("includes")) {
        CHECK(std::count(choice.devices.begin(), choice.devices.end(), s.group(device.get<std::string>())) ==
              1);
      }
    }
    if (expected.contains("pipelined")) CHECK(choice.pipelined == expected.at("pipelined").get<bool>());
  });
}

TEST_CASE("kai: feasible nodes, case by case") {
  for_each_rule_case(file, "feasible_nodes", [](const Json& c) {
    PlacementSession s;
    for (const auto& [name, node] : c.at("nodes").items()) s.add_node(name, node);
    std::vector<TaskIx> tasks;
    for (const Json& task : c.at("tasks")) tasks.push_back(s.add_task(s.add_shape(task)));
    std::vector<std::string> names;
    for (const NodeIx node : feasible_nodes(s.session, tasks)) names.push_back(s.session.nodes[node].name);
    std::sort(names.begin(), names.end());
    auto expected = c.at("expected").get<std::vector<std::string>>();
    std::sort(expected.begin(), expected.end());
    CHECK(names == expected);
  });
}

void book_running_pods(PlacementSession& s, NodeIx node, const Json& pods) {
  for (const Json& pod : pods) {
    const ShapeIx shape = s.add_shape(pod);
    for (std::int64_t i = 0; i < integer_or(pod, "count", 1); ++i) {
      s.place(s.add_task(shape, placed_status(text_or(pod, "status", "running"))), node);
    }
  }
}

void check_fit(const Json& c, bool now) {
  PlacementSession s;
  const NodeIx node = s.add_node("node", c.at("node"));
  book_running_pods(s, node, c.at("running_pods"));
  Json request = c.at("pod");
  ResourceText overhead;
  if (c.contains("pod_overhead")) {
    overhead.cpu_milli = integer_or(c.at("pod_overhead"), "cpu_milli", 0);
    overhead.memory_bytes = integer_or(c.at("pod_overhead"), "memory_bytes", 0);
    request["cpu_milli"] = integer_or(request, "cpu_milli", 0) + overhead.cpu_milli;
    request["memory_bytes"] = integer_or(request, "memory_bytes", 0) + overhead.memory_bytes;
  }
  const TaskIx task = s.add_task(s.add_shape(request));
  const NodeInfo& info = s.session.nodes[node];
  const Shape& shape = s.session.shape_of(task);
  const Json& expected = c.at("expected");
  CHECK((now ? fits_now(info, shape) : fits_later(info, shape)) == expected.at("fits").get<bool>());
  std::string joined;
  if (!expected.at("fits").get<bool>()) {
    const std::string suffix = overhead_note(text_amounts(s.session, shape), overhead,
                                             text_amounts(s.session, info.idle, info.mig_idle));
    for (const std::string& reason : no_room_on_node(s.session, task, node, false, suffix).reasons)
      joined += reason;
  }
  if (expected.contains("message_contains")) {
    for (const Json& part : expected.at("message_contains"))
      CHECK(joined.find(part.get<std::string>()) != std::string::npos);
  }
  if (expected.contains("message_lacks")) {
    for (const Json& part : expected.at("message_lacks"))
      CHECK(joined.find(part.get<std::string>()) == std::string::npos);
  }
}

TEST_CASE("kai: fits now, case by case") {
  for_each_rule_case(file, "fits_now", [](const Json& c) { check_fit(c, true); });
}
TEST_CASE("kai: fits later, case by case") {
  for_each_rule_case(file, "fits_later", [](const Json& c) { check_fit(c, false); });
}

TEST_CASE("kai: free GPUs of a node, case by case") {
  for_each_rule_case(file, "node_free_gpus", [](const Json& c) {
    PlacementSession s;
    const NodeIx node = s.add_node("node", c.at("node"));
    for (const Json& task : c.at("tasks")) {
      s.place(s.add_task(s.add_shape(task), placed_status(task.at("status").get<std::string>())), node,
              text_or(task, "device", ""));
    }
    const NodeInfo& info = s.session.nodes[node];
    const FreeGpus free = c.at("kind") == "idle" ? idle_gpus(info, s.session.mig_profile_gpus)
                                                 : releasing_gpus(info, s.session.mig_profile_gpus);
    CHECK(free.gpus == Approx(c.at("expected").at("gpus").get<double>()).margin(1e-9));
    CHECK(free.memory == c.at("expected").at("gpu_memory_mib").get<std::int64_t>());
  });
}

TEST_CASE("kai: GPU memory of a node, case by case") {
  for_each_rule_case(file, "node_gpu_memory", [](const Json& c) {
    CHECK(node_gpu_memory(text_or(c, "label", "")).mib == c.at("expected").get<std::int64_t>());
  });
}

TEST_CASE("kai: filters of a node, case by case") {
  for_each_rule_case(file, "node_filter", [](const Json& c) {
    PlacementSession s;
    s.job().namespace_name = text_or(c.at("pod"), "namespace", "");
    s.session.options.restrict_node_scheduling = c.value("restrict_node_scheduling", false);
    const std::string name = text_or(c.at("node"), "name", "node");
    const NodeIx node = s.add_node(name, c.at("node"));
    // What a pod asks for is another rule: only the filter is asked here.
    const TaskIx task =
        s.add_task(s.add_shape(c.at("pod")), TaskStatus::pending, text_or(c.at("pod"), "name", ""));
    Filters filters(s.session);
    filters.pre_filter(task);
    const NodeRefusal refusal = filters.refusal(node);
    const Json& expected = c.at("expected");
    CHECK((refusal == NodeRefusal::none) == expected.at("passes").get<bool>());
    if (refusal == NodeRefusal::none) return;
    const std::string reason = filters.reason(node, refusal);
    if (expected.contains("reasons")) CHECK(std::vector<std::string>{reason} == expected.at("reasons"));
    if (expected.contains("reasons_contain")) {
      CHECK(reason.find(expected.at("reasons_contain").get<std::string>()) != std::string::npos);
    }
    if (expected.contains("error")) CHECK(reason == expected.at("error"));
  });
}

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
    for (const auto& [name, count] : j.at(key).items())
      text.others.emplace_back(name, count.get<std::int64_t>() * times);
  };
  add("mig_instances", 1);
  add("extended", 1000);
  if (j.contains("ephemeral_storage_bytes")) {
    text.others.emplace_back("ephemeral-storage", integer_or(j, "ephemeral_storage_bytes", 0));
  }
  if (j.contains("pods")) text.others.emplace_back("pods", integer_or(j, "pods", 0));
  std::sort(text.others.begin(), text.others.end());
  return text;
}

TEST_CASE("kai: the largest node, case by case") {
  for_each_rule_case(file, "max_node_resources", [](const Json& c) {
    ResourceText largest;
    for (const auto& [name, node] : c.at("nodes").items()) {
      const ResourceText has = amounts_of(node);
      largest.cpu_milli = std::max(largest.cpu_milli, has.cpu_milli);
      largest.memory_bytes = std::max(largest.memory_bytes, has.memory_bytes);
      largest.gpus = std::max(largest.gpus, has.gpus);
      for (const auto& [other, amount] : has.others) {
        const auto known = std::find_if(largest.others.begin(), largest.others.end(),
                                        [&, key = other](const auto& o) { return o.first == key; });
        if (known == largest.others.end())
          largest.others.emplace_back(other, amount);
        else
          known->second = std::max(known->second, amount);
      }
    }
    Json request = c.at("pod").at("request");
    request["pods"] = 1;
    const auto message =
        max_node_resources_message(text_or(c.at("pod"), "namespace", ""), text_or(c.at("pod"), "name", ""),
                                   text_or(c, "node_pool", ""), amounts_of(request), largest);
    const Json& expected = c.at("expected");
    CHECK(!message.has_value() == expected.at("passes").get<bool>());
    if (expected.contains("message")) CHECK(message.value() == expected.at("message"));
    if (expected.contains("message_contains")) {
      for (const Json& part : expected.at("message_contains"))
        CHECK(message.value().find(part.get<std::string>()) != std::string::npos);
    }
  });
}

TEST_CASE("kai: dynamic resource claims, case by case") {
  for_each_rule_case(file, "dra_pre_filter", [](const Json& c) {
    std::deque<ResourceClaim> claims;
    std::vector<ClaimReference> references;
    for (const Json& reference : c.at("claim_references")) {
      ClaimReference r;
      r.claim_name = reference.at("claim").get<std::string>();
      r.from_template = reference.contains("from_template");
      r.name = r.from_template ? reference.at("from_template").get<std::string>() : r.claim_name;
      if (c.at("claims").contains(r.claim_name)) {
        const Json& of = c.at("claims").at(r.claim_name);
        ResourceClaim claim;
        claim.name = r.claim_name;
        claim.gpu = text_or(of, "device_class", "").find("gpu") != std::string::npos;
        if (of.contains("queue_label") && !of.at("queue_label").is_null())
          claim.queue_label = of.at("queue_label").get<std::string>();
        claim.consumers = static_cast<std::int32_t>(integer_or(of, "consumers", 0));
        claims.push_back(claim);
        r.claim = &claims.back();
      }
      references.push_back(r);
    }
    const Json& pod = c.at("pod");
    const auto error = dra_pre_filter_error(c.at("dra_enabled").get<bool>(), text_or(pod, "namespace", ""),
                                            text_or(pod, "name", ""), text_or(pod, "queue", ""), references);
    CHECK(!error.has_value() == c.at("expected").at("passes").get<bool>());
    if (c.at("expected").contains("error")) CHECK(error.value() == c.at("expected").at("error"));
  });
}

TEST_CASE("kai: GPUs matched to holders, case by case") {
  for_each_rule_case(file, "gpu_greedy_match", [](const Json& c) {
    std::vector<double> holders;
    for (const Json& holder : c.at("holders")) holders.push_back(holder.at("capacity").get<double>());
    CHECK(match_requirements(c.at("requirements").get<std::vector<double>>(), holders) ==
          c.at("expected").get<bool>());
  });
}

TEST_CASE("kai: the freest nodes, case by case") {
  for_each_rule_case(file, "idle_gpu_best_nodes", [](const Json& c) {
    std::vector<std::string> names;
    std::vector<double> idle;
    for (const auto& [name, gpus] : c.at("idle_gpus").items()) {
      names.push_back(name);
      idle.push_back(gpus.get<double>());
    }
    const auto node = [&](const Json& name) {
      return id_of<NodeIx>(static_cast<std::size_t>(
          std::find(names.begin(), names.end(), name.get<std::string>()) - names.begin()));
    };
    std::vector<NodeIx> best;
    for (const Json& name : c.at("best_nodes")) best.push_back(node(name));
    FreestNodes nodes(idle, best);
    nodes.free_more(node(c.at("victim").at("node")), number_or(c.at("victim"), "gpus", 0));
    std::vector<std::string> after;
    for (const NodeIx ix : nodes.best()) after.push_back(names[index_of(ix)]);
    CHECK(after == c.at("expected").at("best_nodes").get<std::vector<std::string>>());
  });
}

// A node whose idle GPUs are so many: whole ones, and slack in one shared device.
NodeIx add_idle(PlacementSession& s, const std::string& name, double gpus, std::int64_t memory) {
  Json spec{{"gpus", std::floor(gpus)}, {"gpu_memory_mib", memory}};
  const std::int64_t slack = std::llround((gpus - std::floor(gpus)) * static_cast<double>(memory));
  if (slack > 0) spec["shared_devices"] = {{name + "-shared", {{"allocated_mib", memory - slack}}}};
  return s.add_node(name, spec);
}

TEST_CASE("kai: the idle-GPU filter, case by case") {
  for_each_rule_case(file, "idle_gpu_filter", [](const Json& c) {
    PlacementSession s;
    std::int64_t memory = 100;
    for (const Json& victim : c.at("new_victims")) memory = integer_or(victim, "node_gpu_memory_mib", memory);
    for (const auto& [name, gpus] : c.at("idle_or_releasing_gpus").items())
      add_idle(s, name, gpus.get<double>(), memory);
    std::vector<TaskIx> pending;
    for (const Json& gpus : c.at("pending_gpus"))
      pending.push_back(s.add_task(s.add_shape({{"gpus", gpus}})));
    IdleGpuFilter filter(s.session, pending);
    for (const Json& victim : c.at("new_victims")) {
      const TaskIx task = s.add_task(s.add_shape(victim), TaskStatus::running);
      TaskInfo& info = s.session.tasks[task];
      info.node = s.node(victim.at("node").get<std::string>());
      info.accepted_gpu = accepted_gpu(s.session.nodes[info.node], s.session.shapes[info.shape]);
      filter.free_victim(task);
    }
    CHECK(filter.passes() == c.at("expected").get<bool>());
  });
}

}  // namespace
}  // namespace berth::policy::kai::testing
