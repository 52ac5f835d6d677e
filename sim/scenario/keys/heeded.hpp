// Which policies heed which key: one row for every key of every key table (keys.hpp). A key without a row stops the program
// when its table is built; tests/records/heeded_keys_test.cpp has an example of each row and shows, policy by policy, that
// the key changes what comes of a run, is refused, or is warned of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/policy/policy.hpp"

namespace berth::scenario {

enum class Heeded : std::uint8_t {
  always,     // by the simulation or its documents, whatever the policy
  by_matter,  // by the policies that heed the row's matter; under others it is a warning where it stands
  refused,    // by nobody in this version: an error where it stands
};

struct HeededKey {
  std::string_view noun;  // of the key table
  std::string_view key;
  Heeded heeded = Heeded::always;
  policy::Matter matter{};  // by_matter
};

const std::vector<HeededKey>& heeded_keys();
// The key's row; a key without one is an invariant.
const HeededKey& heeded_key(std::string_view noun, std::string_view key);

// "policy fifo does not heed 'min_runtime' in a project; kai does"
std::string not_heeded(const HeededKey& key, std::string_view policy);

}  // namespace berth::scenario
