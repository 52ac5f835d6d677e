// JSON lines of policy cases: typed fields, each fault a sentence that names the field and the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/phase.hpp"

namespace berth::scenario::case_json {

using nlohmann::json;

inline constexpr const char* type_label = "kai.scheduler/type";
inline constexpr std::size_t most_items = 100'000;  // nodes, queues, jobs, tasks of a case

// One fault of a case: thrown where it is found, reported once for the case.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void fault(const std::string& sentence) {
  throw Fault(sentence);
}

inline std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  const auto found = nearest_name(name, known);
  return found ? "; did you mean '" + *found + "'?" : "";
}

// --- Typed fields ---------------------------------------------------------------------------------------------------
inline const json* field(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}
inline std::string text_of(const json& value, const std::string& what) {
  if (!value.is_string()) fault(what + " must be a text, not " + value.dump());
  return value.get<std::string>();
}
inline double number_of(const json& value, const std::string& what) {
  if (!value.is_number()) fault(what + " must be a number, not " + value.dump());
  const double n = value.get<double>();
  if (!std::isfinite(n) || std::abs(n) > 1e18) fault(what + " is out of range: " + value.dump());
  return n;
}
inline std::int64_t whole_of(const json& value, const std::string& what, std::int64_t least = -1) {
  const double n = number_of(value, what);
  if (n != std::floor(n)) fault(what + " must be a whole number, not " + value.dump());
  if (n < static_cast<double>(least))
    fault(what + " must be at least " + std::to_string(least) + ", not " + value.dump());
  return static_cast<std::int64_t>(n);
}
inline std::string text(const json& object, const char* key, const std::string& where,
                        const std::string& absent = "") {
  const json* value = field(object, key);
  return value == nullptr ? absent : text_of(*value, where + "." + key);
}
inline std::int64_t whole(const json& object, const char* key, const std::string& where, std::int64_t absent,
                          std::int64_t least = -1) {
  const json* value = field(object, key);
  return value == nullptr ? absent : whole_of(*value, where + "." + key, least);
}
inline double number(const json& object, const char* key, const std::string& where, double absent) {
  const json* value = field(object, key);
  return value == nullptr ? absent : number_of(*value, where + "." + key);
}
inline bool flag(const json& object, const char* key, const std::string& where) {
  const json* value = field(object, key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) fault(where + "." + key + " must be true or false, not " + value->dump());
  return value->get<bool>();
}
inline const json& list(const json& object, const char* key, const std::string& where) {
  static const json empty = json::array();
  const json* value = field(object, key);
  if (value == nullptr) return empty;
  if (!value->is_array()) fault(where + "." + key + " must be a list, not " + value->dump().substr(0, 60));
  if (value->size() > most_items)
    fault(where + "." + key + " has more than " + std::to_string(most_items) + " entries");
  return *value;
}
inline const json& map(const json& object, const char* key, const std::string& where) {
  static const json empty = json::object();
  const json* value = field(object, key);
  if (value == nullptr) return empty;
  if (!value->is_object())
    fault(where + "." + key + " must be an object, not " + value->dump().substr(0, 60));
  return *value;
}
inline std::vector<std::string> texts(const json& object, const char* key, const std::string& where) {
  std::vector<std::string> out;
  for (const json& v : list(object, key, where)) out.push_back(text_of(v, where + "." + key));
  return out;
}
inline void only_keys(const json& object, const std::string& where, const std::vector<std::string>& known) {
  if (!object.is_object()) fault(where + " must be an object, not " + object.dump().substr(0, 60));
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fault(where + ": unknown key '" + key + "'" + nearest(key, known));
    }
  }
}

inline const std::vector<std::pair<const char*, workload::PodStatus>> statuses{
    {"pending", workload::PodStatus::pending},     {"pipelined", workload::PodStatus::pipelined},
    {"binding", workload::PodStatus::binding},     {"running", workload::PodStatus::running},
    {"releasing", workload::PodStatus::releasing}, {"failed", workload::PodStatus::failed},
    {"succeeded", workload::PodStatus::succeeded}, {"gated", workload::PodStatus::gated},
};

inline workload::PodStatus status_named(const std::string& name, const std::string& where) {
  std::vector<std::string> known;
  for (const auto& [n, s] : statuses) {
    if (name == n) return s;
    known.emplace_back(n);
  }
  fault(where + ": unknown status '" + name + "'" + nearest(name, known));
}

inline std::int64_t milli(double gpus) {
  return static_cast<std::int64_t>(std::llround(gpus * 1000));
}

inline std::int64_t rounds(const json& object, const char* key, std::int64_t least) {
  const std::int64_t n = whole(object, key, "case", least, least);
  if (n > 1'000'000) fault(std::string("case.") + key + " is above 1000000: " + std::to_string(n));
  return n;
}
// Seconds, parts of one too (2.5), to the microsecond; absent: none.
inline Duration seconds_of(const json& object, const char* key, const std::string& where) {
  const double n = number(object, key, where, 0);
  if (n < 0 || n > 1e6)
    fault(where + "." + key + " must lie between 0 and 1000000, not " + object.at(key).dump());
  return {static_cast<std::int64_t>(std::llround(n * 1e6))};
}

}  // namespace berth::scenario::case_json
