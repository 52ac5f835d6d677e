// The reader by itself: where its faults stand, what they say, and when it is silent.
#include "sim/scenario/text/reader.hpp"

#include <catch2/catch.hpp>

using namespace berth;
using namespace berth::scenario;

namespace {

// A text, parsed, with a reader of it.
struct Read {
  Document document;
  Diagnostics faults;
  Value value;
  Reader reader{document, faults};

  explicit Read(const std::string& text) {
    const std::uint32_t file = document.add_file("r.yaml");
    value = document.parse(text, file, faults).value();
  }
  // The value of the only key of the map.
  const Value& only() const { return value.entries.front().value; }
};

template <class Form>
std::string fault_of(const std::string& text) {
  Read r("k: " + text + "\n");
  typename Form::type out{};
  const Reader::Key key(r.reader, "k");
  const bool good = Form::read(r.reader, r.only(), out);
  CHECK(good == r.faults.all().empty());
  return r.faults.to_text();
}

struct Colour {
  using type = int;
  static constexpr const char* noun = "colour";
  static std::vector<std::pair<std::string, int>> all() { return {{"red", 1}, {"green", 2}}; }
};

}  // namespace

TEST_CASE(
    "reader: a form reads what it writes, and names key, place and expectation of what it cannot read") {
  CHECK(fault_of<BoolForm>("true").empty());
  CHECK(fault_of<BoolForm>("[1]").find("r.yaml:1:4: error: k: expected ") == 0);
  CHECK(fault_of<DurationForm>("10m").empty());
  CHECK(fault_of<DurationForm>("ten").find("r.yaml:1:4: error: k: ") == 0);
  CHECK(fault_of<PositiveDurationForm>("1s").empty());
  CHECK_FALSE(fault_of<PositiveDurationForm>("0s").empty());
  using Few = NumberForm<int, 1, 5>;
  CHECK(fault_of<Few>("5").empty());
  CHECK_FALSE(fault_of<Few>("6").empty());
  CHECK_FALSE(fault_of<Few>("0").empty());
  CHECK_FALSE(fault_of<Few>("2.5").empty());
  CHECK(fault_of<PercentForm>("60%").empty());
  CHECK(Few::write(3).text == "3");
}

TEST_CASE("reader: a word that is none is told with the nearest one") {
  CHECK(fault_of<WordForm<Colour>>("green").empty());
  CHECK(fault_of<WordForm<Colour>>("gren") ==
        "r.yaml:1:4: error: unknown colour 'gren'; did you mean 'green'?\n");
  CHECK(fault_of<WordForm<Colour>>("x") == "r.yaml:1:4: error: unknown colour 'x'; expected red or green\n");
}

TEST_CASE("reader: a list reports every wrong element; one value alone is offered as a list") {
  using Few = ListOf<NumberForm<int, 1, 5>>;
  Read r("k: [1, 7, 2, x]\n");
  std::vector<int> out;
  CHECK_FALSE(Few::read(r.reader, r.only(), out));
  CHECK(r.faults.error_count() == 2);
  CHECK(out.size() == 4);
  CHECK(fault_of<Few>("3").find("expected a list such as [3]") != std::string::npos);
}

TEST_CASE("reader: quiet, it reports nothing, and speaks again afterwards") {
  Read r("k: [1]\n");
  bool out = false;
  {
    const Reader::Quiet quiet(r.reader);
    CHECK_FALSE(BoolForm::read(r.reader, r.only(), out));
  }
  CHECK(r.faults.all().empty());
  CHECK_FALSE(BoolForm::read(r.reader, r.only(), out));
  CHECK(r.faults.error_count() == 1);
}

TEST_CASE("reader: what was lost is known by its noun, and by a gap of the document") {
  Read r("k: 1\n");
  CHECK_FALSE(r.reader.is_lost("a project"));
  r.reader.lose({"a project"});
  CHECK(r.reader.is_lost("a project"));
  CHECK_FALSE(r.reader.is_lost("a node"));
  r.document.note_gap();
  CHECK(r.reader.is_lost("a node"));
}

TEST_CASE("reader: names are 1 to 253 bytes without control characters or blanks at an end") {
  CHECK(is_name("a b"));
  CHECK(is_name(std::string(253, 'a')));
  CHECK_FALSE(is_name(""));
  CHECK_FALSE(is_name(std::string(254, 'a')));
  CHECK_FALSE(is_name(" a"));
  CHECK_FALSE(is_name("a "));
  CHECK_FALSE(is_name("a\nb"));
}
