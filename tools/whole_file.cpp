#include "tools/whole_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "berth/simulation/byte_store.hpp"
#include "sim/core/file_fault.hpp"
#include "sim/core/text.hpp"
#include "sim/records/folder/output_folder.hpp"
#include "tools/command.hpp"
#include "tools/interrupt.hpp"

namespace berth::tools {

void write_whole_file(const std::string& path, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    records::append_text(*simulation::create_file(path), text);
    return;
  }
  const Unfinished half_a_file;
  // The file that a link stands for, not the link, is replaced.
  const fs::path target = fs::exists(status) ? fs::canonical(path) : fs::path(path);
  if (target.empty()) throw InputError("'' is not the name of a file");
  const fs::path beside = target.string() + ".berth-" + std::to_string(::getpid());
  try {
    const auto sink = simulation::create_file(beside.string());
    records::append_text(*sink, text);
    sink->sync();
    if (fs::exists(status)) fs::permissions(beside, status.permissions());
    fs::rename(beside, target);
  } catch (const std::system_error& error) {
    fs::remove(beside, ignored);
    throw InputError(file_fault("write", path, error.code()));
  }
}

void require_writable(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (path.empty()) throw InputError("'' is not the name of a file");
  if (fs::is_directory(status))
    throw InputError(file_fault("write", path, std::make_error_code(std::errc::is_a_directory)));
  if (fs::exists(status)) return;
  const std::string beside = path + ".berth-" + std::to_string(::getpid());
  try {
    const Unfinished half_a_file;
    (void)simulation::create_file(beside);
    fs::remove(beside, ignored);
  } catch (const std::system_error& error) {
    throw InputError(file_fault("write", path, error.code()));
  }
}

}  // namespace berth::tools
