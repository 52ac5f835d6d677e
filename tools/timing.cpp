#include "tools/timing.hpp"

#include <sys/resource.h>

#include "sim/records/json_writer.hpp"
#include "tools/whole_file.hpp"

namespace berth::tools {
namespace {

std::int64_t peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace

void Timing::stage(const std::string& name) {
  const auto now = Clock::now();
  stages_.emplace_back(name, std::chrono::duration_cast<std::chrono::microseconds>(now - last_));
  last_ = now;
}

void Timing::write(const std::string& path, const simulation::RunResult& result) const {
  records::JsonWriter out(2);
  std::chrono::microseconds total{};
  out.begin_object().key("seconds").begin_object();
  for (const auto& [name, time] : stages_) {
    out.key(name).micro(time.count());
    total += time;
  }
  out.key("total").micro(total.count()).end_object();
  out.key("events").integer(static_cast<std::int64_t>(result.events));
  out.key("cycles").integer(static_cast<std::int64_t>(result.cycles));
  out.key("decisions").integer(static_cast<std::int64_t>(result.decisions));
  out.key("peak_memory_bytes").integer(peak_memory_bytes());
  out.end_object().newline();
  write_whole_file(path, out.text());
}

}  // namespace berth::tools
