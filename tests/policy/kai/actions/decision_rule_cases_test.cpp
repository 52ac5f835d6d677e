// Limits, reclaim rules and task selection against the reference's single-rule cases of kai-rules-decisions.jsonl.
#include "sim/policy/kai/actions/allocation_info.hpp"
#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/order/queue_order.hpp"
#include "sim/policy/kai/order/reclaim_rules.hpp"
#include "tests/policy/kai/session/rule_session.hpp"

using namespace berth;
using namespace berth::policy::kai;
using namespace berth::policy::kai::testing;
using berth::testing::for_each_rule_case;

namespace {

const char* const file = "kai-rules-decisions.jsonl";

// An object of queues by name.
RuleSession session_of_queues(const Json& by_name) {
  std::vector<Json> list;
  for (const auto& [name, queue] : by_name.items()) {
    Json named = queue;
    named["name"] = name;
    list.push_back(std::move(named));
  }
  RuleSession s;
  s.add_tree(list, true);
  return s;
}

bool preemptible(const Json& c) {
  return c.value("preemptible", true);
}

void check_verdict(const RuleSession& s, const CapacityVerdict& verdict, const Json& expected) {
  CHECK(verdict.allowed() == expected.at("allowed").get<bool>());
  if (expected.contains("resource")) {
    if (expected.at("resource").is_null()) {
      CHECK(verdict.allowed());
    } else {
      CHECK(std::string(resource_name(verdict.resource)) == expected.at("resource").get<std::string>());
    }
  }
  if (expected.contains("reason") && !expected.at("reason").is_null()) {
    const std::string reason = expected.at("reason").get<std::string>();
    CHECK((verdict.reason == CapacityReason::over_limit) == (reason == "OverLimit"));
    CHECK((verdict.reason == CapacityReason::non_preemptible_over_quota) ==
          (reason == "NonPreemptibleOverQuota"));
  }
  if (expected.contains("details_queue_allocated")) {
    REQUIRE(!verdict.allowed());
    for (Resource r : all_resources) {
      if (!expected.at("details_queue_allocated").contains(resource_name(r))) continue;
      CHECK(s.session.queues[verdict.queue].allocated[r] ==
            expected.at("details_queue_allocated").at(resource_name(r)).get<double>());
    }
  }
}

JobIx add_case_job(RuleSession& s, const Json& pod_sets) {
  std::vector<RuleSession::Set> sets;
  for (const auto& [name, p] : pod_sets.items()) {
    RuleSession::Set set{name, p.value("min_available", 1), {}};
    for (const Json& t : p.at("tasks")) set.tasks.push_back(read_task(t));
    std::stable_sort(set.tasks.begin(), set.tasks.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    sets.push_back(std::move(set));
  }
  return s.add_job({}, std::move(sets));
}

RuleSession session_of_order(const Json& c) {
  RuleSession s;
  s.session.options.plugins.sub_group_order = c.value("podset_order", "name") != "name";
  return s;
}

Attempt attempt_of(const Json& c) {
  return c.value("real_allocation", true) ? Attempt::real : Attempt::simulated;
}

Json one_pod_set(const Json& c) {
  return Json{{"default", {{"min_available", c.value("min_available", 1)}, {"tasks", c.at("tasks")}}}};
}

}  // namespace

TEST_CASE("kai: who may enter reclaim, case by case") {
  for_each_rule_case(file, "can_reclaim", [](const Json& c) {
    CHECK(can_reclaim(read_queue(c.at("queue")), read_request(c.at("request")).amounts, preemptible(c)) ==
          c.at("expected").get<bool>());
  });
}

TEST_CASE("kai: lawful reclaims, case by case") {
  for_each_rule_case(file, "reclaimable", [](const Json& c) {
    const RuleSession s = session_of_queues(c.at("queues"));
    const Shape request = read_request(c.at("reclaimer").at("request"));
    const Reclaimer reclaimer{s.queue(c.at("reclaimer").at("queue").get<std::string>()),
                              preemptible(c.at("reclaimer")), request.amounts};
    Involved involved;
    involved.add(request);
    std::vector<QueueLumps> victims;
    for (std::size_t i = 0; i < s.session.queues.size(); ++i) {
      const std::string& name = s.session.queues[id_of<QueueIx>(i)].name;
      if (!c.at("victims").contains(name)) continue;
      QueueLumps lumps{id_of<QueueIx>(i), {}};
      for (const Json& lump : c.at("victims").at(name)) {
        const Shape shape = read_request(lump);
        involved.add(shape);
        lumps.lumps.push_back(shape.amounts);
      }
      victims.push_back(std::move(lumps));
    }
    QueueAmounts before;
    before.take(s.session.queues);
    CHECK(reclaimable(s.session.queues, before, reclaimer, victims, involved,
                      number_or(c, "saturation_multiplier", 1))
              .lawful() == c.at("expected").get<bool>());
  });
}

TEST_CASE("kai: reclaim strategies, case by case") {
  for_each_rule_case(file, "reclaim_strategy", [](const Json& c) {
    const QueueInfo reclaimer = read_queue(c.at("reclaimer_queue"));
    const QueueInfo reclaimee = read_queue(c.at("reclaimee_queue"));
    const Resources remaining = read_amounts(c.at("reclaimee_remaining"));
    Resources request;
    if (c.contains("reclaimer_request")) request = read_request(c.at("reclaimer_request")).amounts;
    const bool allowed = c.at("strategy") == "maintain_fair_share"
                             ? maintain_fair_share(reclaimee, remaining)
                             : guarantee_quota(reclaimer, reclaimer.allocated, request, reclaimee, remaining);
    CHECK(allowed == c.at("expected").get<bool>());
  });
}

TEST_CASE("kai: victims as lumps, case by case") {
  for_each_rule_case(file, "victim_lumps", [](const Json& c) {
    RuleSession s;
    std::map<std::string, PodSetIx> by_name;
    for (const auto& [name, p] : c.at("podsets").items()) {
      PodSet pod_set;
      pod_set.name = name;
      pod_set.min_available = p.at("min_available").get<std::int32_t>();
      by_name[name] = s.session.pod_sets.push_back(pod_set);
    }
    std::vector<VictimTask> tasks;
    for (const Json& t : c.at("victim_tasks")) {
      tasks.push_back({by_name.at(t.at("podset").get<std::string>()),
                       status_named(t.at("status").get<std::string>()), read_request(t).amounts});
    }
    std::vector<Resources> lumps;
    victim_lumps(s.session.pod_sets, tasks, c.at("allow_consolidating_reclaim").get<bool>(), lumps);
    std::vector<double> cpu;
    for (const Resources& lump : lumps) cpu.push_back(lump.cpu);
    CHECK(cpu == c.at("expected").at("lump_cpu_milli").get<std::vector<double>>());
  });
}

TEST_CASE("kai: limits of a queue chain, case by case") {
  for_each_rule_case(file, "over_limit", [](const Json& c) {
    const RuleSession s = session_of_queues(c.at("queues"));
    const QueueIx leaf = s.queue(c.at("queue").get<std::string>());
    check_verdict(s, check_limits(s.session.queues, leaf, read_amounts(c.at("request"))), c.at("expected"));
  });
}

TEST_CASE("kai: quotas of a queue chain, case by case") {
  for_each_rule_case(file, "non_preemptible_over_quota", [](const Json& c) {
    const RuleSession s = session_of_queues(c.at("queues"));
    const QueueIx leaf = s.queue(c.at("queue").get<std::string>());
    check_verdict(s, check_quotas(s.session.queues, leaf, read_amounts(c.at("request")), preemptible(c)),
                  c.at("expected"));
  });
}

TEST_CASE("kai: limits, then quotas, case by case") {
  for_each_rule_case(file, "over_capacity", [](const Json& c) {
    const RuleSession s = session_of_queues(c.at("queues"));
    const QueueIx leaf = s.queue(c.at("queue").get<std::string>());
    const Resources request = read_amounts(c.at("request"));
    const bool quota_only = c.at("check") == "quota_only";
    check_verdict(s,
                  quota_only ? check_quotas(s.session.queues, leaf, request, preemptible(c))
                             : check_capacity(s.session.queues, leaf, request, preemptible(c)),
                  c.at("expected"));
  });
}

TEST_CASE("kai: tasks of an attempt, case by case") {
  for_each_rule_case(file, "allocatable_tasks", [](const Json& c) {
    RuleSession s = session_of_order(c);
    const JobIx job = add_case_job(s, one_pod_set(c));
    const PodSetIx p = s.session.jobs[job].pod_sets.front();
    const Json& expected = c.at("expected");
    if (expected.contains("count")) {
      CHECK(count_allocatable(s.session, p, attempt_of(c)) == expected.at("count").get<std::int32_t>());
    }
    if (expected.contains("first")) {
      std::vector<TaskIx> tasks;
      tasks_to_allocate(s.session, job, attempt_of(c), tasks);
      REQUIRE(!tasks.empty());
      CHECK(s.names_of(tasks).front() == expected.at("first").get<std::string>());
    }
  });
  for_each_rule_case(file, "active_allocated_count", [](const Json& c) {
    RuleSession s;
    const JobIx job = add_case_job(s, one_pod_set(c));
    CHECK(s.session.jobs[job].counts.active_allocated() == c.at("expected").get<std::int32_t>());
  });
  for_each_rule_case(file, "podset_tasks_to_allocate", [](const Json& c) {
    RuleSession s;
    const JobIx job = add_case_job(s, one_pod_set(c));
    CHECK(count_to_allocate(s.session, s.session.jobs[job].pod_sets.front(), attempt_of(c)) ==
          c.at("expected").get<std::int32_t>());
  });
  for_each_rule_case(file, "tasks_to_allocate", [](const Json& c) {
    RuleSession s = session_of_order(c);
    const JobIx job = add_case_job(s, c.at("podsets"));
    std::vector<TaskIx> tasks;
    tasks_to_allocate(s.session, job, attempt_of(c), tasks);
    CHECK(s.names_of(tasks) == c.at("expected").get<std::vector<std::string>>());
  });
  for_each_rule_case(file, "tasks_to_allocate_request", [](const Json& c) {
    RuleSession s = session_of_order(c);
    const JobIx job = add_case_job(s, c.at("podsets"));
    const AttemptRequest request = tasks_to_allocate_request(s.session, job, attempt_of(c));
    const Json& expected = c.at("expected");
    CHECK(request.amounts.cpu == Approx(number_or(expected, "cpu_milli", request.amounts.cpu)).epsilon(1e-9));
    CHECK(request.amounts.memory ==
          Approx(number_or(expected, "memory_bytes", request.amounts.memory)).epsilon(1e-9));
    CHECK(request.amounts.gpu == Approx(number_or(expected, "gpus", request.amounts.gpu)).epsilon(1e-9));
  });
}

TEST_CASE("kai: tasks of a victim's next chunk, case by case") {
  for_each_rule_case(file, "tasks_to_evict", [](const Json& c) {
    RuleSession s = session_of_order(c);
    const JobIx job = add_case_job(s, c.at("podsets"));
    const Chunk chunk = tasks_to_evict(s.session, job);
    CHECK(chunk.tasks.size() == c.at("expected").at("count").get<std::size_t>());
    CHECK(chunk.more_left == c.at("expected").at("more_left").get<bool>());
  });
}

TEST_CASE("kai: the saturation multiplier as it is written") {
  CHECK(saturation_multiplier("1.5") == 1.5);
  CHECK(saturation_multiplier("+2") == 2.0);
  CHECK(saturation_multiplier("1e1") == 10.0);
  // Below 1, and what is no number: 1.
  CHECK(saturation_multiplier("0.5") == 1.0);
  CHECK(saturation_multiplier("-3") == 1.0);
  CHECK(saturation_multiplier("") == 1.0);
  CHECK(saturation_multiplier("two") == 1.0);
  CHECK(saturation_multiplier("2x") == 1.0);
  CHECK(saturation_multiplier("nan") == 1.0);
}
