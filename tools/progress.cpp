#include "tools/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "sim/core/text.hpp"
#include "sim/records/words/summary.hpp"

namespace berth::tools {
namespace {

constexpr auto redraw_every = std::chrono::milliseconds(100);
constexpr const char* clear_line = "\r\x1b[K";

}  // namespace

Progress::Progress(bool wanted, const runs::RunExtent& extent)
    : wanted_(wanted && ::isatty(STDERR_FILENO) == 1), extent_(extent) {}

Progress::~Progress() {
  if (shown_) std::cerr << clear_line << std::flush;
}

void Progress::show(const simulation::RunProgress& at) {
  if (!wanted_) return;
  const auto now = Clock::now();
  if (now - last_ < redraw_every) return;
  last_ = now;
  shown_ = true;
  std::optional<std::int64_t> done;
  const auto& [start, end, arrivals] = extent_;
  if (end && *end > start)
    done = (at.now - start).micros / std::max<std::int64_t>(1, (*end - start).micros / 1'000'000);
  else if (arrivals && at.arrivals_left && *arrivals > 0)
    done = static_cast<std::int64_t>((*arrivals - std::min(*arrivals, *at.arrivals_left)) * 1'000'000 /
                                     *arrivals);
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - began_);
  std::cerr << clear_line << progress_text(at.now - start, at.events, {elapsed.count()}, done) << std::flush;
}

std::string progress_text(Duration simulated, std::uint64_t events, Duration elapsed,
                          std::optional<std::int64_t> done_micro) {
  std::string out = "  " + records::short_duration(simulated) + " simulated";
  const std::int64_t micros = std::max<std::int64_t>(1, elapsed.micros);
  if (done_micro) out += ", " + std::to_string(std::clamp<std::int64_t>(*done_micro / 10'000, 0, 100)) + "%";
  out += ", " + records::grouped(static_cast<std::int64_t>(events) * 1'000'000 / micros) + " events/s";
  // Too early to say below a hundredth.
  if (done_micro && *done_micro >= 10'000 && *done_micro <= 1'000'000) {
    const std::int64_t left = micros / *done_micro * (1'000'000 - *done_micro);
    out += ", about " + records::short_duration(seconds((left + 999'999) / 1'000'000)) + " left";
  }
  return out;
}

}  // namespace berth::tools
