#include "sim/core/file_fault.hpp"

#include <filesystem>

#include "sim/core/text.hpp"

namespace berth {

std::string words_of(const std::error_code& fault) {
  if (fault == std::errc::permission_denied || fault == std::errc::operation_not_permitted)
    return "permission denied";
  if (fault == std::errc::no_such_file_or_directory) return "no such file or folder";
  if (fault == std::errc::is_a_directory) return "it is a folder";
  if (fault == std::errc::not_a_directory) return "a part of the path is a file, not a folder";
  if (fault == std::errc::file_exists) return "it exists already";
  if (fault == std::errc::directory_not_empty) return "the folder is not empty";
  if (fault == std::errc::read_only_file_system) return "the file system can only be read";
  if (fault == std::errc::no_space_on_device) return "the disk is full";
  if (fault == std::errc::filename_too_long) return "the name is too long";
  if (fault == std::errc::too_many_symbolic_link_levels) return "links lead in a circle";
  if (fault == std::errc::too_many_files_open) return "too many files are open";
  if (fault == std::errc::cross_device_link) return "it is on another file system";
  return fault.message();
}

std::string file_fault(std::string_view verb, const std::string& path, const std::error_code& fault) {
  return "cannot " + std::string(verb) + " " + berth::quoted(path) + ": " + words_of(fault);
}

std::string file_fault(const std::system_error& fault) {
  if (const auto* of_files = dynamic_cast<const std::filesystem::filesystem_error*>(&fault)) {
    const std::string path = of_files->path1().string();
    if (!path.empty()) return file_fault("use", path, fault.code());
  }
  return fault.what();
}

}  // namespace berth
