// A file beside the results (--junit, --timing, --capture): there whole or not at all, like a run's folder.
#pragma once

#include <string>
#include <string_view>

namespace berth::tools {

// Written under a temporary name beside its own and renamed. What is no regular file (/dev/stdout, a pipe) is written as it
// is. Throws InputError when it cannot be written.
void write_whole_file(const std::string& path, std::string_view text);

// Before the work whose outcome is to be written there, so that a misspelt path does not cost it: throws InputError where the
// file's folder does not exist or can take no file.
void require_writable(const std::string& path);

}  // namespace berth::tools
