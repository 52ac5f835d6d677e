#include "sim/records/json_writer.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "berth/core/invariant.hpp"

using namespace berth;
using namespace berth::records;

TEST_CASE("a document is written with its commas and without white space") {
  JsonWriter out;
  out.begin_object().key("a").integer(1).key("b").begin_array().null().boolean(true).string("x").end_array();
  out.key("c").begin_object().end_object().key("d").begin_array().end_array().end_object();
  CHECK(out.text() == R"({"a":1,"b":[null,true,"x"],"c":{},"d":[]})");
}

TEST_CASE("an indented document has one member a line") {
  JsonWriter out(2);
  out.begin_object()
      .key("a")
      .begin_array()
      .integer(1)
      .integer(2)
      .end_array()
      .key("b")
      .begin_object()
      .end_object()
      .end_object();
  CHECK(out.text() == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST_CASE("decimals are exact and carry no trailing zeros") {
  const auto milli = [](std::int64_t value) { return JsonWriter().milli(value).text(); };
  CHECK(milli(0) == "0");
  CHECK(milli(1500) == "1.5");
  CHECK(milli(2000) == "2");
  CHECK(milli(-250) == "-0.25");
  CHECK(milli(7) == "0.007");
  CHECK(milli(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775.808");
  CHECK(JsonWriter().micro(1).text() == "0.000001");
  CHECK(JsonWriter().micro(12'340'000).text() == "12.34");
}

TEST_CASE("allocated GPU memory is in mebibytes") {
  CHECK(mebibytes_text(Bytes(0)) == "0");
  CHECK(mebibytes_text(mebibytes(40960)) == "40960Mi");
  CHECK(mebibytes_text(Bytes((5 << 20) + (1 << 19))) == "6Mi");
}

TEST_CASE("instants are RFC 3339 in UTC with milliseconds") {
  CHECK(JsonWriter().instant({951'827'696'789'999}).text() == "\"2000-02-29T12:34:56.789Z\"");
}

TEST_CASE("strings are escaped, and what is not UTF-8 is replaced") {
  const auto text = [](std::string_view s) { return JsonWriter().string(s).text(); };
  CHECK(text("a\"b\\c\n\t\r\b\f") == R"("a\"b\\c\n\t\r\b\f")");
  CHECK(text(std::string_view("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
  CHECK(text("Zürich 東京 🚀") == "\"Zürich 東京 🚀\"");
  CHECK(text("\xff"
             "a\xc0\x80") ==
        "\"\xEF\xBF\xBD"
        "a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(text("\xed\xa0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // a surrogate
  CHECK(text("\xe6\x9d") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");                  // cut off
}

TEST_CASE("any bytes become a string that a JSON reader accepts and numbers read back") {
  CHECK(rc::check("strings", [](const std::vector<unsigned char>& bytes) {
    const std::string value(bytes.begin(), bytes.end());
    const auto read = nlohmann::json::parse(JsonWriter().string(value).text());
    RC_ASSERT(read.is_string());
    bool ascii = true;
    for (const char c : value) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    if (ascii) RC_ASSERT(read.get<std::string>() == value);
  }));
  CHECK(rc::check("integers", [](std::int64_t value) {
    RC_ASSERT(nlohmann::json::parse(JsonWriter().integer(value).text()).get<std::int64_t>() == value);
  }));
}

TEST_CASE("a sink gets the whole document in pieces") {
  std::string whole;
  std::size_t pieces = 0;
  JsonWriter out([&](std::string_view piece) { whole += piece, ++pieces; }, 0);
  out.begin_array();
  for (int i = 0; i < 40'000; ++i) out.begin_object().key("index").integer(i).end_object();
  out.end_array().newline().flush();
  CHECK(pieces > 5);
  CHECK(out.text().empty());
  const auto read = nlohmann::json::parse(whole);
  REQUIRE(read.size() == 40'000);
  CHECK(read[39'999]["index"] == 39'999);
}

TEST_CASE("an unbalanced document is a bug") {
  CHECK_THROWS_AS(JsonWriter().end_object(), InvariantError);
  JsonWriter open;
  open.begin_array();
  CHECK_THROWS_AS(open.newline(), InvariantError);
}
