#include "sim/core/uuid.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "sim/core/sha256.hpp"

namespace berth {
namespace {

TEST_CASE("a UUID is the hash of its parts with version 8 and the RFC's variant") {
  const Uuid uuid = uuid_of({"42", "vision", "train-a", "0"});
  const std::string text = print_uuid(uuid);
  CHECK(text[14] == '8');
  CHECK(std::string("89ab").find(text[19]) != std::string::npos);
  CHECK(text.substr(0, 8) == to_hex(sha256("2:426:vision7:train-a1:0")).substr(0, 8));
  CHECK(parse_uuid(text) == uuid);
}

TEST_CASE("a UUID never changes from version to version of Berth") {
  CHECK(print_uuid(uuid_of({"1", "default", "job-0001", "0"})) == "b841d278-0954-85ae-9ec8-df3c34c6ef29");
}

TEST_CASE("where one part ends and the next begins matters") {
  const std::set<Uuid> all = {uuid_of({"a", "bc"}), uuid_of({"ab", "c"}), uuid_of({"abc"}),
                              uuid_of({"abc", ""}), uuid_of({"", "abc"}), uuid_of({}),
                              uuid_of({"1:a"}),     uuid_of({"", "1:a"})};
  CHECK(all.size() == 8);
}

TEST_CASE("only the canonical form is read") {
  REQUIRE(parse_uuid("123e4567-e89b-82d3-a456-426614174000"));
  CHECK(parse_uuid("123E4567-e89b-82d3-a456-426614174000") ==
        parse_uuid("123e4567-e89b-82d3-a456-426614174000"));
  for (const char* bad : {"", "123e4567-e89b-82d3-a456-42661417400", "123e4567-e89b-82d3-a456-4266141740000",
                          "123e4567e-89b-82d3-a456-426614174000", "123e4567-e89b-82d3-a456-42661417400g",
                          "{23e4567-e89b-82d3-a456-426614174000}"}) {
    INFO(bad);
    CHECK(parse_uuid(bad).has_value() == false);
  }
}

}  // namespace
}  // namespace berth
