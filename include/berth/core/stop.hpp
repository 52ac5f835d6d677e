// Asking work that goes on for long to stop. Whoever starts it keeps the flag and hands a StopToken down by value; long loops
// poll theirs at a bounded cost (once a pod, a job or some thousand nodes, never in the innermost comparison) and leave by
// throwing Interrupted. There is no flag in the library: two runs in one process are stopped each by itself.
//
// The flag may be raised from another thread or from a signal handler. Polling is a relaxed load: no order is promised
// between the raising and anything else, only that a poll sees it soon.
#pragma once

#include <atomic>
#include <exception>

namespace berth {

// What the work threw away when it was asked to stop is written where the function that throws it is declared.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

class StopToken {
 public:
  // Never asks.
  StopToken() = default;
  // The flag must outlive the token and all its copies.
  explicit StopToken(const std::atomic<bool>& flag) : flag_(&flag) {}

  bool asked() const noexcept { return flag_ != nullptr && flag_->load(std::memory_order_relaxed); }
  // Throws Interrupted when asked().
  void poll() const {
    if (asked()) throw Interrupted();
  }

 private:
  const std::atomic<bool>* flag_ = nullptr;
};

}  // namespace berth
