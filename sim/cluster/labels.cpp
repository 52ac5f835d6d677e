#include "berth/cluster/labels.hpp"

#include <algorithm>

namespace berth::cluster {

const std::string* find_label(const Labels& labels, std::string_view key) {
  const auto it = std::lower_bound(labels.begin(), labels.end(), key,
                                   [](const auto& label, std::string_view k) { return label.first < k; });
  return it != labels.end() && it->first == key ? &it->second : nullptr;
}

void set_label(Labels& labels, std::string key, std::string value) {
  const auto it = std::lower_bound(labels.begin(), labels.end(), key,
                                   [](const auto& label, const std::string& k) { return label.first < k; });
  if (it != labels.end() && it->first == key) {
    it->second = std::move(value);
  } else {
    labels.emplace(it, std::move(key), std::move(value));
  }
}

}  // namespace berth::cluster
