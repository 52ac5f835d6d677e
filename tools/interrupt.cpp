#include "interrupt.hpp"

#include <csignal>

namespace berth::tools {
namespace {

volatile std::sig_atomic_t asked = 0;

void note(int signal) {
  asked = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

bool interrupt_asked() {
  return asked != 0;
}

}  // namespace berth::tools
