#include "sim/scenario/text/document.hpp"

#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"

using berth::test::faults_of;
using berth::test::small;

TEST_CASE("document: broken texts are explained at their place") {
  CHECK(faults_of("") == "s.yaml: error: the file is empty; expected a map of keys\n");
  CHECK(faults_of("- 1\n") == "s.yaml:1:1: error: a scenario is a map of keys, found a list\n");
  CHECK(faults_of("version: [1\n") == "s.yaml:2:1: error: not YAML: end of sequence flow not found\n");
  CHECK(faults_of("version: 1\n---\nversion: 2\n") ==
        "s.yaml:3:1: error: a second document begins here; a file holds one\n");
  CHECK(faults_of("version: 1\n? [a]\n: 2\n") == "s.yaml:2:3: error: a key must be a text, found a list\n");
  CHECK(faults_of(std::string("version: 1\nname: \0\n", 19)) ==
        "s.yaml:2: error: a NUL byte: this is not a YAML text\n");
  CHECK(faults_of("version: *a\n").find("s.yaml:1:") == 0);
}

TEST_CASE("document: a key that stands twice is refused; the first one counts") {
  CHECK(faults_of(berth::test::small("seed: 1\nseed: x\n")) ==
        "s.yaml:9:1: error: key 'seed' stands twice; first in line 8\n");
}

TEST_CASE("document: anchors serve, aliases of aliases do not explode") {
  CHECK(faults_of(berth::test::small("workloads:\n"
                                     "  - {name: a, project: vision, checkpoint: &c {every: 1h}}\n"
                                     "  - {name: b, project: vision, checkpoint: *c}\n")) == "");
  std::string laughs = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) laughs += (k > 0 ? ", " : "") + below;
    laughs += "]\n";
  }
  const std::string faults = faults_of(laughs);
  CHECK(faults.find("error: more than 2000000 values, aliases counted as often as they are used\n") !=
        std::string::npos);
  CHECK(faults_of("version: &a [*a]\n") == "s.yaml:1:14: error: an alias inside the value that it names\n");
}

TEST_CASE("document: depth and size are bounded") {
  CHECK(faults_of("a: " + std::string(40, '[') + std::string(40, ']') + "\n") ==
        "s.yaml:1:35: error: lists and maps are nested deeper than 32 levels\n");
  CHECK(faults_of(std::string(100'000, '[')).find("error: lists and maps are nested deeper") !=
        std::string::npos);
  CHECK(faults_of(std::string((32u << 20) + 1, '#')) ==
        "s.yaml: error: the file has 33554433 bytes; at most 33554432 are read\n");
}

TEST_CASE("document: a tab is named where it stands") {
  const auto tab = [](int line, int column) {
    return "s.yaml:" + std::to_string(line) + ":" + std::to_string(column) +
           ": error: a tab stands here; YAML is indented with blanks, not with tabs\n";
  };
  CHECK(faults_of("version: 1\ncluster:\n\tname: x\n") == tab(3, 1));
  CHECK(faults_of("version: 1\ncluster:\n  name: x\n\tnode_pools: []\n") == tab(4, 1));
  CHECK(faults_of("version: 1\ncluster:\n  node_pools:\n    - name: a\n  \t  nodes: [{name: n}]\n") ==
        tab(5, 3));
  CHECK(faults_of("version: 1\nname: |\n\tfoo\n") == tab(3, 1));
  // Where YAML takes a tab for a blank it is one, and another fault is not blamed on it.
  CHECK(faults_of(berth::test::small("clock:\t{zone: UTC}\n")) == "");
  CHECK(faults_of("version:\t1\nname: a: b\n") == "s.yaml:2:8: error: not YAML: illegal map value\n");
}

TEST_CASE("document: merge keys are refused, and what they bring is not missed as well") {
  CHECK(faults_of(berth::test::small("workloads:\n"
                                     "  - &w {name: a, project: vision, gpu: 1}\n"
                                     "  - {<<: *w, name: b}\n"
                                     "  - <<: [*w]\n"
                                     "    name: c\n")) ==
        "s.yaml:10:6: error: '<<' is a merge key of YAML 1.1, which YAML 1.2 does not have; write the keys "
        "out, or "
        "put what is shared under 'defaults' or into a file to 'include'\n"
        "s.yaml:11:5: error: '<<' is a merge key of YAML 1.1, which YAML 1.2 does not have; write the keys "
        "out, or "
        "put what is shared under 'defaults' or into a file to 'include'\n");
}

TEST_CASE("document: a quote that the end of the file closes is named where it begins") {
  for (const char* quote : {"\"", "'"}) {
    const std::string faults =
        faults_of(small("policy: {name: kai}\nseed: 3\nname: " + std::string(quote) + "abc\n"));
    INFO(faults);
    CHECK(faults == "s.yaml:10:1: error: not YAML: a quote that is opened from here on is not closed\n");
  }
  CHECK(faults_of(small("name: \"abc\"")) == "");
  CHECK(faults_of(small("name: it's\n")) == "");
  CHECK(faults_of(small("name: |-\n  it's\n")) == "");
}

TEST_CASE("document: what is not UTF-8 is refused where it stands") {
  CHECK(faults_of(small("# gr\xc3\xbc\xc3\x9f"
                        "e\nname: caf\xe9\n")) ==
        "s.yaml:9:10: error: a byte that is not UTF-8 stands here: the file is to be saved as UTF-8\n");
  CHECK(faults_of(small("# \xc3\xbc \xff\n")).find("s.yaml:8:5: error: a byte that is not UTF-8") == 0);
  // Too long a form, half of a pair, beyond the last character, cut short.
  for (const char* wrong : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    CHECK(faults_of(small("name: " + std::string(wrong) + "\n")).find("s.yaml:8:7: error: a byte") == 0);
  CHECK(faults_of(small("name: \xe2\x82\xac\xf0\x9f\x90\x8b\n")) == "");
}

TEST_CASE("document: an entry of a list without its blank is one mistake") {
  CHECK(
      faults_of("version: 1\ncluster:\n  node_pools:\n  -name: a\n") ==
      "s.yaml:4:3: error: a blank is missing between '-' and 'name': an entry of a list begins with '- '\n");
}
