#include "tools/interrupt.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>

#include "tools/command.hpp"

namespace berth::tools {
namespace {

// What a handler can reach is global.
std::atomic<bool> asked{false};
std::atomic<int> unfinished{0};
std::atomic<bool> on_terminal{false};
std::array<char, 256> sentence{};
std::atomic<std::size_t> length{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free &&
                  std::atomic<std::size_t>::is_always_lock_free,
              "the handler must not wait for a lock");

void note(int /*signal*/) {
  asked = true;
  if (unfinished > 0) return;
  // A progress display may stand there.
  constexpr std::string_view clear_line = "\r\x1b[K";
  ssize_t ignored = 0;
  if (on_terminal) ignored = ::write(STDERR_FILENO, clear_line.data(), clear_line.size());
  ignored = ::write(STDERR_FILENO, sentence.data(), length);
  static_cast<void>(ignored);
  ::_exit(interrupted);
}

}  // namespace

void catch_interrupts(std::string_view words) {
  length = 0;
  const std::size_t size = std::min(words.size(), sentence.size() - 1);
  std::copy_n(words.begin(), size, sentence.begin());
  sentence[size] = '\n';
  length = size + 1;
  on_terminal = ::isatty(STDERR_FILENO) == 1;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::string_view interrupt_sentence() {
  const std::size_t size = length;
  return {sentence.data(), size > 0 ? size - 1 : 0};
}

StopToken stop_token() {
  return StopToken(asked);
}

Unfinished::Unfinished() {
  ++unfinished;
  if (asked) {
    --unfinished;
    throw Interrupted();
  }
}

Unfinished::~Unfinished() {
  --unfinished;
}

}  // namespace berth::tools
