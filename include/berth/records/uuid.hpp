// Name-based UUIDs (RFC 4122 version 5, SHA-1): the same names give the same id on every machine, and any language's
// standard library can make them again.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::records {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;

  std::string text() const;  // lower case, with hyphens
  // Of the form 8-4-4-4-12 in either case; nothing else.
  static std::optional<Uuid> parse(std::string_view text);
  // Version 5 of `name` in the name space `space`.
  static Uuid of(const Uuid& space, std::string_view name);
  // The name space of all ids that Berth makes: version 5 of "berth" in the DNS name space.
  static const Uuid& berth();
};

}  // namespace berth::records
