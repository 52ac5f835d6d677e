#include "sim/simulation/journal/journal_frames.hpp"

#include <algorithm>
#include <string_view>

#include "berth/core/invariant.hpp"
#include "sim/core/checksum.hpp"

namespace berth::simulation {

JournalError::JournalError(std::uint64_t offset, const std::string& message)
    : std::runtime_error("the journal is damaged at byte " + std::to_string(offset) + ": " + message),
      offset_(offset) {}

namespace frames {

namespace {

void put_fixed(std::vector<std::uint8_t>& out, std::uint64_t n, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
}

std::uint64_t get_fixed(const std::uint8_t* at, int bytes) {
  std::uint64_t n = 0;
  for (int i = 0; i < bytes; ++i) n |= std::uint64_t{at[i]} << (8 * i);
  return n;
}

std::uint32_t checksum(const std::uint8_t* data, std::size_t size, std::uint32_t so_far = 0) {
  return crc32c(std::string_view(reinterpret_cast<const char*>(data), size), so_far);
}

bool known(std::uint8_t type) {
  return type == 'H' || type == 'T' || type == 'I' || type == 'E' || type == 'D';
}

}  // namespace

std::vector<std::uint8_t> file_header(JournalForm form) {
  std::vector<std::uint8_t> out(magic.begin(), magic.end());
  out.push_back(version);
  out.push_back(static_cast<std::uint8_t>(form));
  put_fixed(out, 0, 2);
  put_fixed(out, checksum(out.data(), out.size()), 4);
  return out;
}

JournalForm read_file_header(const ByteSource& source) {
  if (source.size() < file_header_bytes) {
    throw JournalError(source.size(),
                       "it ends within the header of " + std::to_string(file_header_bytes) + " bytes");
  }
  std::array<std::uint8_t, file_header_bytes> h{};
  source.read(0, h.data(), h.size());
  if (!std::equal(magic.begin(), magic.end(), h.begin())) throw JournalError(0, "it is not a Berth journal");
  if (checksum(h.data(), 12) != get_fixed(h.data() + 12, 4))
    throw JournalError(0, "the header's checksum is wrong");
  if (h[8] != version) {
    throw JournalError(8, "its format has version " + std::to_string(h[8]) + "; this program reads version " +
                              std::to_string(version));
  }
  if (h[9] > 1) throw JournalError(9, "it is neither sealed nor live");
  return static_cast<JournalForm>(h[9]);
}

void write(ByteSink& sink, Type type, const std::uint8_t* payload, std::size_t size) {
  BERTH_INVARIANT(size <= max_payload, "a frame of the journal is too long");
  const auto type_byte = static_cast<std::uint8_t>(type);
  std::vector<std::uint8_t> header{type_byte};
  put_fixed(header, size, 4);
  put_fixed(header, checksum(payload, size, checksum(header.data(), header.size())), 4);
  sink.append(header.data(), header.size());
  sink.append(payload, size);
}

Frame read(const ByteSource& source, std::uint64_t offset, std::uint64_t limit) {
  if (limit > source.size() || offset > limit || limit - offset < frame_header_bytes) {
    throw JournalError(offset, "it ends within the header of a block");
  }
  std::array<std::uint8_t, frame_header_bytes> h{};
  source.read(offset, h.data(), h.size());
  const std::uint64_t size = get_fixed(h.data() + 1, 4);
  if (!known(h[0]) || size > max_payload) throw JournalError(offset, "no block begins here");
  if (limit - offset - frame_header_bytes < size) throw JournalError(offset, "it ends within a block");
  Frame frame;
  frame.type = static_cast<Type>(h[0]);
  frame.offset = offset;
  frame.end = offset + frame_header_bytes + size;
  frame.payload.resize(static_cast<std::size_t>(size));
  source.read(offset + frame_header_bytes, frame.payload.data(), frame.payload.size());
  if (checksum(frame.payload.data(), frame.payload.size(), checksum(h.data(), 5)) !=
      get_fixed(h.data() + 5, 4)) {
    throw JournalError(offset, "a block's checksum is wrong");
  }
  return frame;
}

std::vector<std::uint8_t> trailer(const Trailer& t) {
  std::vector<std::uint8_t> out;
  put_fixed(out, t.directory, 8);
  put_fixed(out, t.transitions, 8);
  put_fixed(out, checksum(out.data(), out.size()), 4);
  out.insert(out.end(), trailer_magic.begin(), trailer_magic.end());
  return out;
}

Trailer read_trailer(const ByteSource& source) {
  const std::uint64_t size = source.size();
  if (size < file_header_bytes + trailer_bytes) throw JournalError(size, "it is truncated: no footer");
  std::array<std::uint8_t, trailer_bytes> t{};
  const std::uint64_t at = size - trailer_bytes;
  source.read(at, t.data(), t.size());
  if (!std::equal(trailer_magic.begin(), trailer_magic.end(), t.begin() + 20) ||
      checksum(t.data(), 16) != get_fixed(t.data() + 16, 4)) {
    throw JournalError(at, "it is truncated or altered: no footer here");
  }
  Trailer found;
  found.directory = get_fixed(t.data(), 8);
  found.transitions = get_fixed(t.data() + 8, 8);
  if (found.directory < file_header_bytes || found.directory > at) {
    throw JournalError(at, "its footer points outside the journal");
  }
  return found;
}

}  // namespace frames
}  // namespace berth::simulation
