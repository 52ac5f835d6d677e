// Label sets as Kubernetes has them: sorted by key, keys unique.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::cluster {

using Labels = std::vector<std::pair<std::string, std::string>>;

// The value of `key`, or nullptr. O(log n).
const std::string* find_label(const Labels& labels, std::string_view key);
// Adds or replaces, keeping the order.
void set_label(Labels& labels, std::string key, std::string value);

}  // namespace berth::cluster
