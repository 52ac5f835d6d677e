// Where bytes go to and come from. The engine writes through ByteSink and does no I/O itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace berth::simulation {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Appends. Throws std::system_error when the medium fails.
  virtual void append(const std::uint8_t* data, std::size_t size) = 0;
  // Replaces bytes that were appended before (only the journal's header, when a live one is sealed).
  virtual void overwrite(std::uint64_t offset, const std::uint8_t* data, std::size_t size) = 0;
  // What was appended so far is on the medium when this returns.
  virtual void sync() = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  // Exactly [offset, offset + size), which lies within the source.
  virtual void read(std::uint64_t offset, std::uint8_t* out, std::size_t size) const = 0;
};

class MemorySink final : public ByteSink {
 public:
  void append(const std::uint8_t* data, std::size_t size) override;
  void overwrite(std::uint64_t offset, const std::uint8_t* data, std::size_t size) override;
  void sync() override {}
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> take_bytes() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Takes everything and keeps nothing: for runs of which only the World is wanted.
class NullSink final : public ByteSink {
 public:
  void append(const std::uint8_t*, std::size_t) override {}
  void overwrite(std::uint64_t, const std::uint8_t*, std::size_t) override {}
  void sync() override {}
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read(std::uint64_t offset, std::uint8_t* out, std::size_t size) const override;

 private:
  std::vector<std::uint8_t> bytes_;
};

// Files. Both throw std::system_error with the path.
std::unique_ptr<ByteSink> create_file(const std::string& path);                         // new or emptied
std::unique_ptr<ByteSink> append_to_file(const std::string& path, std::uint64_t keep);  // cut to `keep` bytes
std::unique_ptr<ByteSource> open_file(const std::string& path);

}  // namespace berth::simulation
