// A file's text, all at once.
#pragma once

#include <string>

namespace berth::runs {

// Throws InputError with the reason when it cannot be read.
std::string text_of_file(const std::string& path);

}  // namespace berth::runs
