// The outer layer of a journal file: a fixed header, frames with a checksum each, and the trailer of a sealed one.
// journal_format.md is the specification.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "berth/simulation/journal.hpp"

namespace berth::simulation::frames {

inline constexpr std::array<std::uint8_t, 8> magic = {'B', 'E', 'R', 'T', 'H', 'J', 'N', 'L'};
inline constexpr std::uint8_t version = 2;
inline constexpr std::size_t file_header_bytes = 16;
inline constexpr std::size_t frame_header_bytes = 9;  // type, length, checksum
inline constexpr std::size_t max_payload = 64 * 1024;
inline constexpr std::size_t trailer_bytes = 24;
inline constexpr std::array<std::uint8_t, 4> trailer_magic = {'B', 'E', 'N', 'D'};

enum class Type : std::uint8_t {
  run_header = 'H',
  transitions = 'T',
  image = 'I',
  postings = 'E',
  directory = 'D',
};

std::vector<std::uint8_t> file_header(JournalForm form);
// The form that a header of 16 bytes states. Throws JournalError.
JournalForm read_file_header(const ByteSource& source);

void write(ByteSink& sink, Type type, const std::uint8_t* payload, std::size_t size);

struct Frame {
  Type type{};
  std::uint64_t offset = 0;  // of its header
  std::uint64_t end = 0;     // of its payload
  std::vector<std::uint8_t> payload;
};
// The frame at `offset`, which must end at or before `limit`. Throws JournalError (its offset: the frame's).
Frame read(const ByteSource& source, std::uint64_t offset, std::uint64_t limit);

struct Trailer {
  std::uint64_t directory = 0;  // offset of the first directory frame
  std::uint64_t transitions = 0;
};
std::vector<std::uint8_t> trailer(const Trailer& trailer);
// Throws JournalError.
Trailer read_trailer(const ByteSource& source);

}  // namespace berth::simulation::frames
