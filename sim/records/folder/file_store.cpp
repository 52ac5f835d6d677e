#include "sim/records/folder/file_store.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace berth::records {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Disk final : public FileStore {
 public:
  bool exists(const std::string& path) override { return fs::exists(fs::symlink_status(path)); }

  std::vector<std::string> entries(const std::string& folder) override {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }

  void make_folder(const std::string& path) override {
    if (!fs::create_directory(path)) throw std::system_error(EEXIST, std::generic_category(), path);
  }

  std::unique_ptr<simulation::ByteSink> create(const std::string& path) override {
    return simulation::create_file(path);
  }

  void sync_folder(const std::string& path) override {
    const int file = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) fail(path);
    const int result = ::fsync(file);
    const int error = errno;
    ::close(file);
    errno = error;
    if (result != 0) fail(path);
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno != EINVAL && errno != ENOSYS) fail(to);
    if (exists(to))
      throw std::system_error(EEXIST, std::generic_category(), to);  // a file system without the flag
    fs::rename(from, to);
  }

  void exchange(const std::string& a, const std::string& b) override {
    if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return;
    if (errno != EINVAL && errno != ENOSYS) fail(b);
    const std::string aside = a + ".old";  // a file system without the flag: there is an instant with neither
    fs::rename(b, aside);
    fs::rename(a, b);
    fs::rename(aside, a);
  }

  void remove_all(const std::string& path) override { fs::remove_all(path); }
};

}  // namespace

FileStore& disk() {
  static Disk store;
  return store;
}

}  // namespace berth::records
