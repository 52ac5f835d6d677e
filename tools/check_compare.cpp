// berth check --compare A B CASES: where two policies decide differently.
#include <iostream>
#include <stdexcept>

#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/runs/in_parallel.hpp"
#include "tools/check_cases.hpp"
#include "tools/check_modes.hpp"

namespace berth::tools {
namespace {

struct TaskDifference {
  std::string task, first, second;
};

struct CaseComparison {
  std::string id, name;
  std::int32_t cycle = 0;  // the first in which they part; 0: none
  std::vector<TaskDifference> tasks;
};

CaseComparison compare(const scenario::PolicyCase& one, const PolicyArgument& a, const PolicyArgument& b) {
  CaseComparison out{one.id, one.name, 0, {}};
  const auto trace = [&](const PolicyArgument& under) {
    try {
      return scenario::trace_policy_case(one, *policy_for(one, under));
    } catch (const std::invalid_argument& error) {
      throw InputError("case " + berth::quoted(one.id) + " under " + under.text + ": " + error.what());
    }
  };
  const auto first = trace(a), second = trace(b);
  for (std::size_t cycle = 0; cycle < first.size(); ++cycle) {
    for (std::size_t i = 0; i < one.workloads.pods.size(); ++i) {
      const auto pod = id_of<PodId>(i);
      if (first[cycle][pod] == second[cycle][pod]) continue;
      out.tasks.push_back({one.pod_names[pod], first[cycle][pod].text(), second[cycle][pod].text()});
    }
    if (out.tasks.empty()) continue;
    out.cycle = static_cast<std::int32_t>(cycle) + 1;
    break;
  }
  return out;
}

std::string text(const std::vector<CaseComparison>& all, const PolicyArgument& a, const PolicyArgument& b,
                 std::int64_t differ, bool quiet) {
  std::string out;
  for (const CaseComparison& one : all) {
    if (quiet || one.cycle == 0) continue;
    out += "DIFFERS " + one.id + (one.name.empty() || one.name == one.id ? "" : ": " + one.name) + "\n";
    for (const TaskDifference& task : one.tasks)
      out += "    cycle " + std::to_string(one.cycle) + ": task " + task.task + " is " + task.first +
             " under " + a.text + ", " + task.second + " under " + b.text + "\n";
  }
  return out + std::to_string(static_cast<std::int64_t>(all.size()) - differ) + " decided alike, " +
         std::to_string(differ) + " differently\n";
}

std::string json(const std::vector<CaseComparison>& all, const PolicyArgument& a, const PolicyArgument& b,
                 std::int64_t differ) {
  records::JsonWriter out(2);
  out.begin_object().key("first").string(a.text).key("second").string(b.text);
  out.key("alike").integer(static_cast<std::int64_t>(all.size()) - differ).key("different").integer(differ);
  out.key("cases").begin_array();
  for (const CaseComparison& one : all) {
    out.begin_object().key("id").string(one.id).key("name").string(one.name);
    out.key("alike").boolean(one.cycle == 0);
    if (one.cycle > 0) {
      out.key("cycle").integer(one.cycle).key("tasks").begin_array();
      for (const TaskDifference& task : one.tasks)
        out.begin_object()
            .key("task")
            .string(task.task)
            .key("first")
            .string(task.first)
            .key("second")
            .string(task.second)
            .end_object();
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().end_object();
  return out.take() + "\n";
}

}  // namespace

int compare_policies(const Arguments& arguments) {
  if (arguments.positional.size() < 3)
    throw UsageError("--compare needs two policies and the files of cases: --compare A B FILE...");
  const PolicyArgument a = parse_policy(arguments.positional[0], "compare");
  const PolicyArgument b = parse_policy(arguments.positional[1], "compare");
  const std::string filter = filter_of(arguments);
  const CaseFiles files =
      load_some_case_files({arguments.positional.begin() + 2, arguments.positional.end()}, filter);
  if (!files.scenarios.empty())
    throw InputError(files.scenarios.front() +
                     ": --compare takes policy cases; for a scenario, see berth run --shadow");
  std::vector<CaseComparison> all(files.cases.size());
  runs::in_parallel(all.size(), jobs_of(arguments),
                    [&](std::size_t i) { all[i] = compare(files.cases[i], a, b); });
  std::int64_t differ = 0;
  for (const CaseComparison& one : all) differ += one.cycle > 0 ? 1 : 0;
  std::cout << (arguments.json ? json(all, a, b, differ) : text(all, a, b, differ, arguments.quiet));
  if (files.malformed) return bad_input;
  return differ > 0 ? check_failed : done;
}

}  // namespace berth::tools
