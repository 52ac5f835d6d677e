#include "sim/runs/text_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/core/file_fault.hpp"
#include "sim/core/text.hpp"
#include "sim/runs/input_error.hpp"

namespace berth::runs {

std::string text_of_file(const std::string& path) {
  std::error_code ignored;
  const auto refuse = [&](std::errc why) {
    throw InputError(file_fault("read", path, std::make_error_code(why)));
  };
  if (std::filesystem::is_directory(path, ignored)) refuse(std::errc::is_a_directory);
  if (!std::filesystem::exists(path, ignored)) refuse(std::errc::no_such_file_or_directory);
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse(std::errc::permission_denied);
  std::ostringstream out;
  if (in) out << in.rdbuf();
  // An empty file sets the stream's failbit: nothing was copied.
  if (!in || (out.fail() && in.peek() != std::ifstream::traits_type::eof()))
    throw InputError(berth::quoted(path) + " cannot be read");
  return out.str();
}

}  // namespace berth::runs
