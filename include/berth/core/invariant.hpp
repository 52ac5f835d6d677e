// A broken invariant is a bug in Berth: it stops the program with exit code 3 and names itself. On in every
// build.
#pragma once

#include <stdexcept>
#include <string>

namespace berth {

// Thrown by BERTH_INVARIANT and caught only in the program's main, which says how to report it.
class InvariantError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void invariant_failed(const char* condition, const char* file, int line,
                                   const std::string& detail);

}  // namespace berth

#define BERTH_INVARIANT(condition, detail)                                               \
  do {                                                                                   \
    if (!(condition)) ::berth::invariant_failed(#condition, __FILE__, __LINE__, detail); \
  } while (false)
