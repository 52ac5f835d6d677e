#include "sim/core/sha256.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace berth {
namespace {

TEST_CASE("SHA-256 of the published examples") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("pieces of any size give the digest of the whole") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  // Around the sizes at which padding needs a block of its own.
  for (std::size_t size : {0U, 1U, 54U, 55U, 56U, 57U, 63U, 64U, 65U, 119U, 120U, 128U, 300U}) {
    const std::string whole = text.substr(0, size);
    Sha256 bytewise, in_two;
    for (const char c : whole) bytewise.update(std::string_view(&c, 1));
    in_two.update(whole.substr(0, size / 3));
    in_two.update(whole.substr(size / 3));
    INFO(size);
    const auto digest = sha256(whole);
    CHECK(bytewise.finish() == digest);
    CHECK(in_two.finish() == digest);
  }
}

}  // namespace
}  // namespace berth
