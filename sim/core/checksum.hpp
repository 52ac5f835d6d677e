// CRC-32C (Castagnoli; polynomial 0x1EDC6F41, reflected; iSCSI, RFC 3720 appendix B.4): guards the journal's blocks.
#pragma once

#include <cstdint>
#include <string_view>

namespace berth {

// Of a whole: crc32c(a + b) == crc32c(b, crc32c(a)).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t so_far = 0);

}  // namespace berth
