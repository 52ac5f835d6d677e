#include "berth/simulation/byte_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "berth/core/invariant.hpp"

namespace berth::simulation {

namespace {

[[noreturn]] void failed(const std::string& what, const std::string& path) {
  throw std::system_error(errno, std::generic_category(), what + " " + path);
}

class File {
 public:
  File(const std::string& path, int flags)
      : path_(path), handle_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (handle_ < 0) failed("cannot open", path);
  }
  ~File() { ::close(handle_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int handle() const { return handle_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int handle_;
};

class FileSink final : public ByteSink {
 public:
  FileSink(const std::string& path, int flags, std::uint64_t keep) : file_(path, flags) {
    if (::ftruncate(file_.handle(), static_cast<off_t>(keep)) != 0) failed("cannot cut", path);
    if (::lseek(file_.handle(), 0, SEEK_END) < 0) failed("cannot seek in", path);
  }
  void append(const std::uint8_t* data, std::size_t size) override {
    while (size > 0) {
      const ssize_t n = ::write(file_.handle(), data, size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) failed("cannot write", file_.path());
      data += n;
      size -= static_cast<std::size_t>(n);
    }
  }
  void overwrite(std::uint64_t offset, const std::uint8_t* data, std::size_t size) override {
    while (size > 0) {
      const ssize_t n = ::pwrite(file_.handle(), data, size, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) failed("cannot write", file_.path());
      data += n;
      offset += static_cast<std::uint64_t>(n);
      size -= static_cast<std::size_t>(n);
    }
  }
  void sync() override {
    if (::fsync(file_.handle()) != 0) failed("cannot sync", file_.path());
  }

 private:
  File file_;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : file_(path, O_RDONLY) {
    struct stat status {};
    if (::fstat(file_.handle(), &status) != 0) failed("cannot look at", path);
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  std::uint64_t size() const override { return size_; }
  void read(std::uint64_t offset, std::uint8_t* out, std::size_t size) const override {
    while (size > 0) {
      const ssize_t n = ::pread(file_.handle(), out, size, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n == 0) errno = EIO;  // it has become shorter
      if (n <= 0) failed("cannot read", file_.path());
      out += n;
      offset += static_cast<std::uint64_t>(n);
      size -= static_cast<std::size_t>(n);
    }
  }

 private:
  File file_;
  std::uint64_t size_ = 0;
};

}  // namespace

void MemorySink::append(const std::uint8_t* data, std::size_t size) {
  bytes_.insert(bytes_.end(), data, data + size);
}

void MemorySink::overwrite(std::uint64_t offset, const std::uint8_t* data, std::size_t size) {
  BERTH_INVARIANT(offset <= bytes_.size() && size <= bytes_.size() - offset,
                  "overwriting what was not written");
  std::copy(data, data + size, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
}

void MemorySource::read(std::uint64_t offset, std::uint8_t* out, std::size_t size) const {
  BERTH_INVARIANT(offset <= bytes_.size() && size <= bytes_.size() - offset, "reading past the end");
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, out);
}

std::unique_ptr<ByteSink> create_file(const std::string& path) {
  return std::make_unique<FileSink>(path, O_WRONLY | O_CREAT, 0);
}

std::unique_ptr<ByteSink> append_to_file(const std::string& path, std::uint64_t keep) {
  return std::make_unique<FileSink>(path, O_WRONLY, keep);
}

std::unique_ptr<ByteSource> open_file(const std::string& path) {
  return std::make_unique<FileSource>(path);
}

}  // namespace berth::simulation
