#include "sim/records/query.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "sim/records/workloads/workload_list.hpp"

using namespace berth;
using namespace berth::records;

namespace {

std::string refused(const std::string& target, std::string_view name) {
  try {
    read_number(*Query::parse(target), name, 1, 500, 50);
  } catch (const BadRequest& error) {
    return error.sentence();
  }
  return "";
}

std::string encoded(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

}  // namespace

TEST_CASE("a target is taken apart and decoded") {
  const auto query =
      Query::parse("/api/v1//workloads/a%2Fb?limit=5&search=a%20b+c&empty&filterBy=x,,y&filterBy=z");
  REQUIRE(query);
  CHECK(query->segments() == std::vector<std::string>{"api", "v1", "workloads", "a/b"});
  CHECK(query->value("search") == "a b+c");  // a plus stays a plus: instants have offsets
  CHECK(query->value("empty") == "");
  CHECK_FALSE(query->value("absent"));
  CHECK(query->list("filterBy") == std::vector<std::string>{"x", "y", "z"});
  CHECK(Query::parse("/api/v1/workloads?")->list("filterBy").empty());
  CHECK_FALSE(Query::parse("/a%2"));
  CHECK_FALSE(Query::parse("/a?b=%g0"));
  CHECK_FALSE(Query::parse("/a?%=b"));
}

TEST_CASE("numbers have bounds, enums their literals") {
  CHECK(read_number(*Query::parse("/?n=7"), "n", 1, 500, 50) == 7);
  CHECK(read_number(*Query::parse("/"), "n", 1, 500, 50) == 50);
  CHECK(refused("/?n=0", "n") == "n: '0' is out of range (expected 1 to 500)");
  CHECK_FALSE(refused("/?n=99999999999999999999", "n").empty());
  CHECK_FALSE(refused("/?n=7x", "n").empty());
  CHECK(read_literal("t", "Enum.Nested.ONE", {"ONE", "TWO"}) == "ONE");
  CHECK_THROWS_AS(read_literal("t", "THREE", {"ONE", "TWO"}), BadRequest);
  CHECK(read_descending(*Query::parse("/?sortOrder=desc"), false));
  CHECK(read_boolean(*Query::parse("/?b=true"), "b", false));
}

TEST_CASE("any text goes through a query unchanged, and no target breaks the reader") {
  CHECK(rc::check("round trip", [](const std::string& value) {
    const auto query = Query::parse("/x?v=" + encoded(value));
    RC_ASSERT(query.has_value());
    RC_ASSERT(query->value("v") == value);
  }));
  CHECK(rc::check("anything", [](const std::string& target) {
    const auto query = Query::parse(target);
    if (query) query->list("filterBy");
    std::vector<Filter> filters;
    const auto fault = parse_filters(target, filters);
    // Either a sentence, or filters whose values are not empty.
    for (const auto& filter : filters) RC_ASSERT(fault.has_value() || !filter.value.empty());
  }));
}

TEST_CASE("a filter keeps what another field does not take") {
  std::vector<Filter> filters;
  CHECK_FALSE(parse_filters("name==a,b==c,phase==Running,x", filters));
  REQUIRE(filters.size() == 2);
  CHECK(filters[0].value == "a,b==c");
  CHECK(filters[1].value == "Running,x");
  CHECK(filters[1].field == Field::phase);
  filters.clear();
  CHECK(parse_filters("=@x", filters) == "filterBy: '=@x' does not begin with a field and an operator");
}
