// Shares and orders against the reference's single-rule cases: kai-rules-shares.jsonl without the division itself
// (tests/organization) and the usage windows (tests/organization).
#include "sim/organization/fair_share.hpp"
#include "sim/policy/kai/order/fair_share.hpp"
#include "sim/policy/kai/order/job_heap.hpp"
#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/order/queue_order.hpp"
#include "tests/policy/kai/session/rule_session.hpp"

using namespace berth;
using namespace berth::policy::kai;
using namespace berth::policy::kai::testing;
using berth::testing::for_each_rule_case;

namespace {

const char* const file = "kai-rules-shares.jsonl";

First first_named(const std::string& name) {
  REQUIRE((name == "left" || name == "right" || name == "equal"));
  return name == "left" ? First::left : name == "right" ? First::right : First::equal;
}
First expected_first(const Json& c) {
  return first_named(c.at("expected").at("first").get<std::string>());
}

Resources read_by_resource(const Json& j) {
  return read_amounts(j);
}

// Quota, fair share and limit as three objects by resource.
QueueInfo queue_of_shares(const Json& c) {
  QueueInfo q;
  q.quota = read_by_resource(c.at("quota"));
  q.fair_share = read_by_resource(c.at("fair_share"));
  q.limit = read_by_resource(c.at("limit"));
  return q;
}

std::vector<Json> list_of(const Json& array) {
  return {array.begin(), array.end()};
}

JobInfo read_job(const RuleSession& s, const Json& j) {
  JobInfo job;
  job.name = j.at("name").get<std::string>();
  job.uid = j.at("uid").get<std::string>();
  job.priority = j.at("priority").get<std::int32_t>();
  job.created = {static_cast<std::int64_t>(number_or(j, "created", 0))};
  job.queue = s.queue(j.at("queue").get<std::string>());
  return job;
}

RuleSession::Set read_job_tasks(const Json& j) {
  RuleSession::Set set{"default", j.at("min_member").get<std::int32_t>(), {}};
  for (const Json& t : j.at("tasks")) set.tasks.push_back(read_task(t));
  return set;
}

// Pops a heap of the case's jobs to the end.
std::vector<std::string> popped_order(const Json& c, JobHeap::Order order) {
  RuleSession s;
  s.session.options.plugins.proportion = c.at("queue_compare") == "full";
  std::vector<Json> queues = list_of(c.at("queues"));
  std::stable_sort(queues.begin(), queues.end(), [](const Json& a, const Json& b) {
    return std::pair(number_or(a, "created", 0), a.at("name").get<std::string>()) <
           std::pair(number_or(b, "created", 0), b.at("name").get<std::string>());
  });
  s.add_tree(queues);
  if (c.contains("total")) s.session.total = read_amounts(c.at("total"));
  const auto add = [&](const Json& list, std::vector<JobIx>& jobs) {
    for (const Json& j : list) {
      const JobIx job = s.add_job(read_job(s, j), {read_job_tasks(j)});
      if (j.contains("allocated")) s.session.jobs[job].allocated = read_amounts(j.at("allocated"));
      jobs.push_back(job);
    }
  };
  std::vector<JobIx> at_once;
  std::vector<JobIx> after;
  add(c.at("jobs"), at_once);
  if (c.contains("pushed_after")) add(c.at("pushed_after"), after);
  s.rank_jobs();
  if (order == JobHeap::Order::jobs) {
    const auto out = [&](JobIx job) { return !ready_to_schedule(s.session, job); };
    at_once.erase(std::remove_if(at_once.begin(), at_once.end(), out), at_once.end());
  }
  AttemptRequests requests;
  JobHeap heap(s.session, requests, order);
  heap.init(at_once);
  for (JobIx job : after) heap.push(job);
  if (c.value("pop_one_and_push_back", false)) heap.push(heap.pop());
  std::vector<std::string> names;
  while (!heap.empty()) names.push_back(s.session.jobs[heap.pop()].name);
  return names;
}

std::optional<std::string> optional_text(const Json& j, const char* key) {
  if (!j.contains(key) || j.at(key).is_null()) return std::nullopt;
  return j.at(key).get<std::string>();
}

QueueIx optional_queue(const RuleSession& s, const Json& c, const char* key) {
  const std::optional<std::string> name = optional_text(c, key);
  return name ? s.queue(*name) : none<QueueIx>();
}

RuleSession min_runtime_session(const Json& c) {
  RuleSession s;
  s.session.now = {1'000'000'000'000'000};
  s.add_tree(list_of(c.at("queues")), true);
  Options& options = s.session.options;
  options.default_preempt_min_runtime =
      seconds(static_cast<std::int64_t>(number_or(c, "default_preempt_seconds", 0)));
  options.default_reclaim_min_runtime =
      seconds(static_cast<std::int64_t>(number_or(c, "default_reclaim_seconds", 0)));
  options.reclaim_resolve = c.value("method", "lca") == "queue" ? ReclaimResolve::queue : ReclaimResolve::lca;
  return s;
}

JobIx add_victim(RuleSession& s, const Json& v) {
  JobInfo job;
  job.queue = s.queue(v.at("queue").get<std::string>());
  if (v.contains("started_seconds_ago") && !v.at("started_seconds_ago").is_null()) {
    job.last_start = s.session.now - seconds(v.at("started_seconds_ago").get<std::int64_t>());
  }
  RuleSession::Set set{"default", v.at("min_member").get<std::int32_t>(), {}};
  for (int i = 0; i < v.at("running_tasks").get<int>(); ++i) {
    set.tasks.push_back({"t" + std::to_string(i), TaskStatus::running, false, {}});
  }
  return s.add_job(std::move(job), {std::move(set)});
}

VictimAction action_of(const Json& c) {
  return c.at("action") == "preempt" ? VictimAction::preempt : VictimAction::reclaim;
}

}  // namespace

TEST_CASE("kai: allocatable share, case by case") {
  for_each_rule_case(file, "allocatable_share", [](const Json& c) {
    CHECK(allocatable_share(queue_of_shares(c)) == read_by_resource(c.at("expected").at("share")));
  });
}

TEST_CASE("kai: dominant share, case by case") {
  for_each_rule_case(file, "dominant_share", [](const Json& c) {
    CHECK(dominant_share(read_by_resource(c.at("allocated")), allocatable_share(queue_of_shares(c)),
                         read_by_resource(c.at("total"))) == c.at("expected").at("share").get<double>());
  });
}

TEST_CASE("kai: amounts with -1 as infinity, case by case") {
  for_each_rule_case(file, "compare_amounts", [](const Json& c) {
    const First order = compare_amounts(c.at("left").get<double>(), c.at("right").get<double>());
    const std::string expected = c.at("expected").at("order").get<std::string>();
    CHECK((order == First::left ? "smaller" : order == First::right ? "bigger" : "equal") == expected);
  });
  for_each_rule_case(file, "compare_resources", [](const Json& c) {
    const Resources left = read_by_resource(c.at("left"));
    const Resources right = read_by_resource(c.at("right"));
    const std::string relation = c.at("relation").get<std::string>();
    const bool holds = relation == "less_in_all"            ? less_in_all(left, right)
                       : relation == "less_or_equal_in_all" ? less_or_equal_in_all(left, right)
                                                            : less_in_at_least_one(left, right);
    CHECK(holds == c.at("expected").at("holds").get<bool>());
  });
}

TEST_CASE("kai: what a node adds to the cluster's total, case by case") {
  for_each_rule_case(file, "node_total", [](const Json& c) {
    NodeCapacity node;
    const Json& allocatable = c.at("allocatable");
    node.allocatable = {number_or(allocatable, "cpu", 0), number_or(allocatable, "memory", 0),
                        number_or(allocatable, "gpus", 0)};
    for (const auto& [name, count] : allocatable.at("mig_instances").items()) {
      // "nvidia.com/mig-1g.5gb": the g-number stands before the first g.
      const std::string profile = name.substr(name.find("mig-") + 4);
      node.mig_gpus += std::stod(profile) * count.get<double>();
    }
    node.ready = true;
    node.gpu_worker = c.at("gpu_worker_label").get<bool>();
    std::vector<PodOnNode> pods;
    for (const Json& p : c.at("pods")) {
      PodOnNode pod;
      pod.of_this_scheduler = p.at("scheduler") == "this";
      pod.scheduler_helper =
          p.contains("helper_pod_of_this_scheduler") && !p.at("helper_pod_of_this_scheduler").is_null();
      pod.status = status_named(p.at("status").get<std::string>());
      pod.request = read_amounts(p);
      pods.push_back(pod);
    }
    const Resources total = node_total(node, c.at("restrict_gpu_to_labelled_nodes").get<bool>(), pods);
    CHECK(total == read_by_resource(c.at("expected")));
  });
}

TEST_CASE("kai: order of two queues, case by case") {
  for_each_rule_case(file, "queue_order", [](const Json& c) {
    RuleSession s;
    s.session.options.min_node_gpu_memory = c.at("min_node_gpu_memory_mib").get<std::int64_t>();
    AttemptRequests requests;
    const auto contender = [&](const Json& side, QueueInfo& queue) {
      queue = read_queue(side.at("queue"));
      QueueContender result;
      result.queue = &queue;
      if (!side.at("next_job").is_null()) {
        RuleSession::Set set{"default", side.at("next_job").at("min_member").get<std::int32_t>(), {}};
        for (const Json& t : side.at("next_job").at("pending_tasks")) {
          set.tasks.push_back({"", TaskStatus::pending, false, read_request(t)});
        }
        result.next_request = requests.of(s.session, s.add_job({}, {set}));
      }
      // Each with its amounts, or with the tasks that hold them.
      for (const Json& v : side.at("popped_and_next_victims")) {
        if (v.contains("tasks")) {
          for (const Json& t : v.at("tasks")) result.victims += read_request(t).amounts;
        } else {
          result.victims += read_amounts(v.contains("allocated") ? v.at("allocated") : v);
        }
      }
      return result;
    };
    QueueInfo left;
    QueueInfo right;
    const QueueContender l = contender(c.at("left"), left);
    const QueueContender r = contender(c.at("right"), right);
    CHECK(compare_queues(l, r, read_amounts(c.at("total"))) == expected_first(c));
  });
}

TEST_CASE("kai: order of jobs over the queue tree, case by case") {
  for_each_rule_case(file, "job_order", [](const Json& c) {
    CHECK(popped_order(c, JobHeap::Order::jobs) ==
          c.at("expected").at("order").get<std::vector<std::string>>());
  });
}

TEST_CASE("kai: order of victims over the queue tree, case by case") {
  for_each_rule_case(file, "victim_order", [](const Json& c) {
    const std::vector<std::string> order = popped_order(c, JobHeap::Order::victims);
    const Json& expected = c.at("expected");
    if (expected.contains("order")) CHECK(order == expected.at("order").get<std::vector<std::string>>());
    if (expected.contains("count")) CHECK(order.size() == expected.at("count").get<std::size_t>());
  });
}

TEST_CASE("kai: gang states of two jobs, case by case") {
  for_each_rule_case(file, "job_order_gang_state", [](const Json& c) {
    RuleSession s;
    const auto add = [&](const Json& side) {
      std::vector<RuleSession::Set> sets;
      for (const Json& p : side.at("pod_sets")) {
        RuleSession::Set set{p.at("name").get<std::string>(), p.at("min_member").get<std::int32_t>(), {}};
        for (const Json& t : p.at("tasks"))
          set.tasks.push_back({"", status_named(t.get<std::string>()), false, {}});
        sets.push_back(std::move(set));
      }
      return s.add_job({}, std::move(sets));
    };
    const JobIx left = add(c.at("left"));
    const JobIx right = add(c.at("right"));
    CHECK(compare_gang_state(s.session, left, right) == expected_first(c));
  });
}

TEST_CASE("kai: order of pod sets, case by case") {
  for_each_rule_case(file, "pod_set_order", [](const Json& c) {
    const auto state = [](const Json& j) {
      return PodSetState{j.at("min_member").get<std::int32_t>(), j.at("allocated_tasks").get<std::int32_t>()};
    };
    CHECK(compare_pod_sets(state(c.at("left")), state(c.at("right"))) == expected_first(c));
  });
}

TEST_CASE("kai: order of tasks, case by case") {
  for_each_rule_case(file, "task_order", [](const Json& c) {
    const std::string criterion = c.at("criterion").get<std::string>();
    const bool explicit_order = criterion == "explicit_order";
    const char* key = explicit_order ? "task_order" : "role";
    const std::optional<std::string> left = optional_text(c.at("left"), key);
    const std::optional<std::string> right = optional_text(c.at("right"), key);
    REQUIRE((explicit_order || criterion == "kubeflow_role" || criterion == "ray_role"));
    const First first = explicit_order                 ? compare_explicit_order(left, right)
                        : criterion == "kubeflow_role" ? compare_kubeflow_role(left, right)
                                                       : compare_ray_role(left, right);
    CHECK(first == expected_first(c));
  });
}

TEST_CASE("kai: minimum run times by queue, case by case") {
  for_each_rule_case(file, "min_runtime_preempt", [](const Json& c) {
    const RuleSession s = min_runtime_session(c);
    CHECK(preempt_min_runtime(s.session.queues, optional_queue(s, c, "victim_queue"),
                              s.session.options.default_preempt_min_runtime) ==
          seconds(c.at("expected").at("seconds").get<std::int64_t>()));
  });
  for_each_rule_case(file, "min_runtime_reclaim", [](const Json& c) {
    const RuleSession s = min_runtime_session(c);
    CHECK(reclaim_min_runtime(s.session.queues, s.session.options.reclaim_resolve,
                              optional_queue(s, c, "reclaimer_queue"), optional_queue(s, c, "victim_queue"),
                              s.session.options.default_reclaim_min_runtime) ==
          seconds(c.at("expected").at("seconds").get<std::int64_t>()));
  });
  for_each_rule_case(file, "queue_path", [](const Json& c) {
    const RuleSession s = min_runtime_session(c);
    std::vector<QueueIx> path;
    queue_path(s.session.queues, optional_queue(s, c, "queue"), path);
    std::vector<std::string> names;
    for (QueueIx q : path) names.push_back(s.session.queues[q].name);
    CHECK(names == c.at("expected").at("path").get<std::vector<std::string>>());
  });
}

TEST_CASE("kai: who is protected by a minimum run time, case by case") {
  for_each_rule_case(file, "min_runtime_victim_filter", [](const Json& c) {
    RuleSession s = min_runtime_session(c);
    const JobIx victim = add_victim(s, c.at("victim"));
    CHECK(may_be_victim(s.session, action_of(c), optional_queue(s, c, "pending_job_queue"), victim) ==
          c.at("expected").at("may_be_victim").get<bool>());
  });
  for_each_rule_case(file, "min_runtime_scenario", [](const Json& c) {
    RuleSession s = min_runtime_session(c);
    const JobIx victim = add_victim(s, c.at("victim"));
    std::vector<TaskIx> evicted = s.session.pod_sets[s.session.jobs[victim].pod_sets.front()].tasks;
    evicted.resize(c.at("evicted_tasks").get<std::size_t>());
    CHECK(min_runtime_allows(s.session, action_of(c), optional_queue(s, c, "pending_job_queue"), evicted) ==
          c.at("expected").at("allowed").get<bool>());
  });
  for_each_rule_case(file, "min_runtime_argument", [](const Json& c) {
    const bool above = c.at("expected").at("seconds") == "above_zero";
    for (const Json& text : c.at("texts")) {
      INFO("text " << text);
      CHECK((parse_min_runtime(text.get<std::string>()) > Duration{}) == above);
    }
  });
}
