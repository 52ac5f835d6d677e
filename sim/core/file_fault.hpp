// What the system says about a file that cannot be used, as words for the person who named it.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace berth {

// "permission denied", "no such file or folder", "it is a folder", "a part of the path is a file, not a folder", "the disk
// is full", ...; for what has no words here, the system's own.
std::string words_of(const std::error_code& fault);

// "cannot write 'a/b': permission denied".
std::string file_fault(std::string_view verb, const std::string& path, const std::error_code& fault);

// The same of what was thrown: with the paths that a file system's fault names, else with its own text.
std::string file_fault(const std::system_error& fault);

}  // namespace berth
