// Ctrl-C and SIGTERM end the program with 130, within a second and with nothing left behind.
//
// While nothing is half done, which is most of the time, the handler itself says so and ends the program, wherever it is. While
// something is (an Unfinished lives), the handler only raises the flag of stop_token(): the work that polls it leaves by
// berth::Interrupted, and destructors put away what they made. Further signals change nothing, so that who sends two of
// them (as `timeout` does) does not cut the tidying short.
#pragma once

#include <string_view>

#include "berth/core/stop.hpp"

namespace berth::tools {

// From now on; `sentence` (of at most some 200 bytes) goes to standard error when the program is interrupted, with a line end.
// May be called again to say something else.
void catch_interrupts(std::string_view sentence);
// The sentence, for whoever catches Interrupted.
std::string_view interrupt_sentence();

StopToken stop_token();

// Something lies about that must be finished or put away. The constructor throws Interrupted when a signal has come already;
// one that comes later is the work's to heed, and if it came too late for that the work is done.
class Unfinished {
 public:
  Unfinished();
  ~Unfinished();
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
};

}  // namespace berth::tools
