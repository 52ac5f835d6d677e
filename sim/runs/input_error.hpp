// What somebody named cannot be used (a missing file, a broken run, a refused folder).
#pragma once

#include <stdexcept>

namespace berth::runs {

// what() is a sentence for the person who named it; a program prints it as it is.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace berth::runs
