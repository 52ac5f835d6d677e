#include "berth/core/invariant.hpp"

namespace berth {

void invariant_failed(const char* condition, const char* file, int line, const std::string& detail) {
  std::string where = file;
  const auto slash = where.find("/sim/");
  if (slash != std::string::npos) where = where.substr(slash + 1);
  throw InvariantError("invariant '" + std::string(condition) + "' broken at " + where + ":" +
                       std::to_string(line) + (detail.empty() ? "" : ": " + detail));
}

}  // namespace berth
