// UUIDs made of names, so that the same scenario and seed give the same ids (RFC 9562, version 8: 122 bits of SHA-256).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace berth {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
};

// Each part counts with its length: ("a", "bc") and ("ab", "c") differ.
Uuid uuid_of(std::initializer_list<std::string_view> parts);

// "123e4567-e89b-82d3-a456-426614174000"
std::string print_uuid(const Uuid& uuid);
// Any version, either case, in the form above; nothing for any other text.
std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace berth
