#include "sim/core/checksum.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <string>

namespace berth {
namespace {

TEST_CASE("CRC-32C of the vectors of RFC 3720 B.4") {
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  CHECK(crc32c(rising) == 0x46dd794eU);
  CHECK(crc32c(falling) == 0x113fdb5cU);
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32c("") == 0U);
}

// The slow twin: bit by bit, without tables.
std::uint32_t crc32c_by_bits(const std::string& bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

TEST_CASE("tables agree with bits, in one go and in two pieces") {
  CHECK(rc::check([](const std::string& text, const std::string& more) {
    RC_ASSERT(crc32c(text) == crc32c_by_bits(text));
    RC_ASSERT(crc32c(more, crc32c(text)) == crc32c_by_bits(text + more));
  }));
}

}  // namespace
}  // namespace berth
