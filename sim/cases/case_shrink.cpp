#include <nlohmann/json.hpp>

#include "sim/cases/case_tools.hpp"

namespace berth::scenario {
namespace {

using nlohmann::ordered_json;

class Shrink {
 public:
  Shrink(const std::string& line, const std::function<bool(const PolicyCase&)>& fails_alike)
      : best_(ordered_json::parse(line)), fails_alike_(fails_alike) {}

  std::string smallest() {
    while (pass()) {
    }
    return best_.dump();
  }

 private:
  // One round over everything; true: something went.
  bool pass() {
    bool went = false;
    for (const char* what : {"jobs", "tasks", "nodes", "at_most"}) went |= thin_map(what);
    went |= thin_list("/jobs");
    for (std::size_t i = best_["jobs"].size(); i-- > 0;)
      went |= thin_list("/jobs/" + std::to_string(i) + "/tasks");
    for (const char* what : {"/nodes", "/queues", "/topologies", "/node_pools"}) went |= thin_list(what);
    return went;
  }

  // Expectations of one kind, each by itself.
  bool thin_map(const char* what) {
    bool went = false;
    std::vector<std::string> keys;
    for (const auto& [key, value] : best_["expected"][what].items()) keys.push_back(key);
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
      ordered_json smaller = best_;
      smaller["expected"][what].erase(*key);
      went |= keep(std::move(smaller));
    }
    return went;
  }

  // Entries of a list: halves first, then smaller and smaller stretches, the last ones first.
  bool thin_list(const std::string& where) {
    const ordered_json::json_pointer at(where);
    if (!best_.contains(at)) return false;
    bool went = false;
    for (std::size_t stretch = std::max<std::size_t>(1, best_[at].size() / 2); stretch > 0; stretch /= 2) {
      for (std::size_t end = best_[at].size(); end > 0; end -= std::min(end, stretch)) {
        const std::size_t first = end - std::min(end, stretch);
        ordered_json smaller = best_;
        ordered_json& list = smaller[at];
        std::vector<ordered_json> gone(list.begin() + static_cast<std::ptrdiff_t>(first),
                                       list.begin() + static_cast<std::ptrdiff_t>(end));
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(first),
                   list.begin() + static_cast<std::ptrdiff_t>(end));
        forget(smaller["expected"], gone);
        went |= keep(std::move(smaller));
      }
    }
    return went;
  }

  // What is gone is expected nothing of.
  static void forget(ordered_json& expected, const std::vector<ordered_json>& gone) {
    for (const ordered_json& one : gone) {
      const std::string name = one.value("name", "");
      for (const char* what : {"jobs", "tasks", "nodes"}) expected[what].erase(name);
      if (!one.contains("tasks")) continue;
      for (const ordered_json& task : one["tasks"]) expected["tasks"].erase(task.value("name", ""));
    }
  }

  bool keep(ordered_json smaller) {
    Diagnostics faults;
    const std::vector<PolicyCase> read = read_policy_cases(smaller.dump() + "\n", "smaller", faults);
    if (faults.has_errors() || read.size() != 1 || !fails_alike_(read.front())) return false;
    best_ = std::move(smaller);
    return true;
  }

  ordered_json best_;
  const std::function<bool(const PolicyCase&)>& fails_alike_;
};

}  // namespace

std::string shrink_policy_case(const std::string& line,
                               const std::function<bool(const PolicyCase&)>& fails_alike) {
  return Shrink(line, fails_alike).smallest();
}

}  // namespace berth::scenario
