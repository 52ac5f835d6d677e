// Random runs under every policy: at any instant, whoever waits is told why, by the record and by the policy.
#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>

#include "sim/records/words/explain.hpp"
#include "sim/records/words/fit_messages.hpp"
#include "sim/records/words/waiting.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "sim/records/workloads/workload_record.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::records;
using namespace berth::tests;
using nlohmann::json;

namespace {

int any(int below) {
  return *rc::gen::inRange(0, below);
}

void random_workload(InputBuilder& b, int number) {
  const std::string name = "w" + std::to_string(number);
  const Duration submit = seconds(any(30)), duration = seconds(1 + any(30));
  workload::WorkloadSpec* spec = nullptr;
  switch (any(5)) {
    case 0: {
      const int pods = 2 + any(4);
      spec = &b.gang(name, submit, duration, pods, 1 + any(pods));
      break;
    }
    case 1:
      spec = &b.add(name, submit, duration, shape(workload::GpuRequest::whole(1)), 1 + any(4), 1);
      break;
    default:
      spec = &b.work(name, submit, duration, any(5));
  }
  spec->priority = any(3) == 0 ? 125 : 40 + any(3);
  spec->image_pull = seconds(any(3));
  spec->creation_delay = seconds(any(2));
  spec->termination_grace = seconds(any(5));
  spec->backoff_limit = any(3);
  spec->outcome = any(4) == 0 ? workload::Outcome::failed : workload::Outcome::completed;
  if (any(4) == 0 && number > 0) spec->after = {"w" + std::to_string(any(number))};
  if (any(3) == 0) spec->node_pools = {PoolId{1}, PoolId{0}};
}

void random_action(InputBuilder& b, int workloads) {
  const Duration at = seconds(any(50));
  const std::string workload = "w" + std::to_string(any(workloads));
  const std::string node = "n" + std::to_string(any(3));
  switch (any(6)) {
    case 0:
      return b.action(at, simulation::Suspend{workload});
    case 1:
      return b.action(at, simulation::Resume{workload});
    case 2:
      return b.action(at, simulation::Cordon{node, any(2) == 0});
    case 3:
      return b.action(at, simulation::RemoveNodes{{node}});
    default:
      return b.action(at, simulation::NodePower{node, any(2) == 0});
  }
}

policy::PolicySpec random_policy() {
  policy::PolicySpec spec;
  spec.placement = "first-fit";
  switch (any(6)) {
    case 0:
      spec.name = "fifo";
      break;
    case 1:
      spec.name = "fifo-skip";
      break;
    case 2:
      spec.name = "try-once";
      break;
    default:
      spec.name = "kai";
      if (any(3) == 0) spec.options["queue_depth.allocate"] = "1";
      if (any(3) == 0) spec.options["consolidation_limit"] = "0";
      if (any(4) == 0) spec.options["signatures"] = "false";
      if (any(6) == 0) spec.options["actions"] = "reclaim, preempt";
  }
  return spec;
}

json record_of(const View& view, WorkloadId id) {
  JsonWriter out;
  write_workload(out, view, id, Detail::full);
  return json::parse(out.text());
}

void check_record(const View& view, WorkloadId id) {
  const auto& workload = view.workloads.all[id];
  const json record = record_of(view, id);
  RC_LOG() << workload.spec.name << " " << record["phase"] << " " << record["conditions"].dump() << "\n";
  const bool pending = workload.phase == workload::Phase::pending;
  if (pending) RC_ASSERT(record["phaseMessage"] != "");
  RC_ASSERT(record["conditions"].empty() == !wait_cause(view, id).has_value());
  if (pending || view.world.courses[id].is_waiting) RC_ASSERT(record["conditions"].size() == 1U);
  for (const auto& condition : record["conditions"]) RC_ASSERT(condition["message"] != "");
}

}  // namespace

TEST_CASE("whoever waits is told why, at any instant of random runs") {
  CHECK(rc::check("phase message, condition, the policy's conclusion", [] {
    InputBuilder b({"a", "b"});
    b.node("n0", 1 + any(4));
    b.node("n1", 1 + any(4));
    b.node("n2", 1 + any(4), PoolId{1});
    const int workloads = 1 + any(10);
    for (int i = 0; i < workloads; ++i) random_workload(b, i);
    for (int i = any(6); i > 0; --i) random_action(b, workloads);
    if (any(2) == 0) b.input.cycle_period = seconds(1 + any(5));
    b.input.end = after(seconds(90));
    b.input.policy = random_policy();
    for (auto& queue : b.input.organization.queues) {
      for (auto& quota : queue.quota)
        organization::at(quota.quota, organization::Resource::gpu) = 1000 * any(5);
      if (any(3) == 0)
        for (auto& quota : queue.quota)
          organization::at(quota.limit, organization::Resource::gpu) = 1000 * (1 + any(6));
    }
    RC_LOG() << b.input.policy.name << "\n";
    auto policy = policy::make_policy(b.input.policy);
    const Finished f = run_to_end(b, std::move(policy));
    const simulation::MemorySource source(f.bytes);
    const simulation::JournalReader journal(source);
    Identities ids(1, "test");
    ids.follow(f.world.workloads, f.world.organization);
    simulation::Replay replay(journal);
    for (int t = 0; t < 90; t += 1 + any(8)) {
      const Instant now = after(seconds(t));
      replay.advance_to(now);
      View view(replay.world(), ids, now);
      std::vector<WorkloadId> all;
      for (std::size_t i = 0; i < view.workloads.all.size(); ++i) all.push_back(id_of<WorkloadId>(i));
      for (const WorkloadId id : all) check_record(view, id);
      const FitMessages messages(view, journal, all);
      view.messages = &messages;
      for (const WorkloadId id : all) {
        check_record(view, id);
        if (!view.world.courses[id].is_waiting) continue;
        const auto* said = messages.find(id, view.workloads.all[id].pool);
        RC_ASSERT(said != nullptr);
        RC_ASSERT(said->conclusion != "");
      }
    }
  }));
}
