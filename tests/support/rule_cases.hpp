// Cases of single rules in JSON lines, dispatched by rule: one line is {"id", "rule", inputs, "expected"}.
//
//   TEST_CASE("dominant share") { for_each_rule_case("kai-rules-shares.jsonl", "dominant_share", [](const
//   Json& c) { ... }); }
//
// The case files lie outside the repository. Where they are absent the test is skipped, and counted (absent.hpp).
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>
#include "tests/support/absent.hpp"

namespace berth::testing {

using Json = nlohmann::ordered_json;

inline std::string rule_file(const std::string& file) {
  return std::string(BERTH_SHARED_DIR) + "/conformance/" + file;
}

// All cases of a file by rule, in file order.
inline const std::map<std::string, std::vector<Json>>& rule_cases(const std::string& file) {
  static std::map<std::string, std::map<std::string, std::vector<Json>>> loaded;
  auto found = loaded.find(file);
  if (found == loaded.end()) {
    std::ifstream in(rule_file(file));
    REQUIRE(in);
    std::map<std::string, std::vector<Json>> by_rule;
    for (std::string line; std::getline(in, line);) {
      if (line.empty()) continue;
      Json c = Json::parse(line);
      by_rule[c.at("rule").get<std::string>()].push_back(std::move(c));
    }
    found = loaded.emplace(file, std::move(by_rule)).first;
  }
  return found->second;
}

// Calls `check` for each case of `rule` with the case's id in Catch's info. A rule without a case is a
// failure.
template <class Check>
void for_each_rule_case(const std::string& file, const std::string& rule, Check check) {
  if (test::absent(rule_file(file))) return;
  const auto& cases = rule_cases(file);
  const auto found = cases.find(rule);
  REQUIRE(found != cases.end());
  for (const Json& c : found->second) {
    INFO("case " << c.at("id").get<std::string>() << ", rule " << rule);
    check(c);
  }
}

// A number that may be absent or null.
inline double number_or(const Json& object, const char* key, double fallback) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? fallback : found->get<double>();
}

}  // namespace berth::testing
