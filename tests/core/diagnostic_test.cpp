#include "berth/core/diagnostic.hpp"

#include <catch2/catch.hpp>

namespace berth {
namespace {

TEST_CASE("diagnostics print one a line, with as much of the place as is known") {
  Diagnostics d;
  d.error("unknown-key", {"a.yaml", 3, 7}, "unknown key 'sed'");
  d.warning("too-large", {"a.yaml", 4, 0}, "a pod is larger than any node");
  d.error("unreadable", {"b.yaml", 0, 0}, "cannot be read");
  d.error("usage", {}, "no scenario given");
  CHECK(d.to_text() ==
        "a.yaml:3:7: error: unknown key 'sed'\n"
        "a.yaml:4: warning: a pod is larger than any node\n"
        "b.yaml: error: cannot be read\n"
        "error: no scenario given\n");
  CHECK(d.error_count() == 3);
  CHECK(d.has_errors());
}

TEST_CASE("warnings alone are no error") {
  Diagnostics d;
  CHECK_FALSE(d.has_errors());
  d.warning("w", {"a", 1, 1}, "m");
  CHECK_FALSE(d.has_errors());
  CHECK(d.all().size() == 1);
}

TEST_CASE("a quoted line break or escape sequence cannot leave its line") {
  Diagnostics d;
  d.error("c", {"a\nb", 1, 1}, std::string("value '\x1b[2J\n\t\x7f") + "\xc3\xa4'");
  CHECK(d.to_text() == "a\\nb:1:1: error: value '\\x1b[2J\\n\\t\\x7f\xc3\xa4'\n");
}

TEST_CASE("diagnostics sort by file of first mention, then line, then column, stably") {
  Diagnostics d;
  d.error("1", {"z", 9, 1}, "");
  d.error("2", {"a", 1, 1}, "");
  d.error("3", {"z", 2, 5}, "");
  d.error("4", {"z", 2, 4}, "");
  d.warning("5", {"z", 2, 5}, "");
  d.sort_by_place();
  std::string codes;
  for (const auto& x : d.all()) codes += x.code;
  CHECK(codes == "43512");
}

TEST_CASE("the nearest name") {
  const std::vector<std::string> keys = {"seed", "clock", "cluster", "workloads", "node_pools", "gpu", "cpu"};
  CHECK(nearest_name("sed", keys) == "seed");
  CHECK(nearest_name("clcok", keys) == "clock");
  CHECK(nearest_name("WorkLoads", keys) == "workloads");
  CHECK(nearest_name("nodepools", keys) == "node_pools");
  CHECK(nearest_name("node-pool", keys) == "node_pools");
  CHECK(nearest_name("xpu", keys) == "gpu");  // gpu and cpu are equally near: the earlier
  CHECK(nearest_name("GPU", keys) == "gpu");
  CHECK_FALSE(nearest_name("zebra", keys));
  CHECK_FALSE(nearest_name("", keys));
  CHECK_FALSE(nearest_name("seed", {}));
  CHECK_FALSE(nearest_name(std::string(1'000'000, 'x'), keys));
  CHECK_FALSE(nearest_name("seed", {std::string(1'000'000, 's')}));
}

TEST_CASE("a swap of neighbours is one step, a change of case half a step") {
  CHECK(nearest_name("ab", {"ba"}) == "ba");
  CHECK(nearest_name("abc", {"abX", "abC"}) == "abC");
  CHECK_FALSE(nearest_name("abc", {"xbX"}));
}

}  // namespace
}  // namespace berth

TEST_CASE("names of a family") {
  using namespace berth;
  CHECK(is_short_for("H100", "NVIDIA-H100-80GB-HBM3"));
  CHECK(is_short_for("nvidia h100", "H100-SXM5-80GB NVIDIA-H100-80GB-HBM3"));
  CHECK(is_short_for("1g", "1g.10gb"));
  CHECK(is_short_for("rack", "topology.berth/rack"));
  CHECK(is_short_for("sxm", "H100-SXM5-80GB"));
  CHECK_FALSE(is_short_for("H10", "NVIDIA-H100-80GB-HBM3"));  // a number is not cut
  CHECK_FALSE(is_short_for("H100-40GB", "NVIDIA-H100-80GB-HBM3"));
  CHECK_FALSE(is_short_for("", "a"));
  CHECK_FALSE(is_short_for("--", "a"));
  const std::vector<std::string> known{"1g.5gb", "2g.10gb", "1g.10gb", "1g.5gb"};
  CHECK(nearest_names("1g", known) == std::vector<std::string>{"1g.5gb", "1g.10gb"});
  CHECK(nearest_names("1g", known, 1) == std::vector<std::string>{"1g.5gb"});
  CHECK(nearest_names("2g.10g", known) == std::vector<std::string>{"2g.10gb"});  // by edit distance, alone
  CHECK(nearest_names("A100", {"A10", "A100-40GB"}) == std::vector<std::string>{"A100-40GB"});
  CHECK(nearest_names("A101", {"A10", "A100-40GB"}) == std::vector<std::string>{"A10"});
  CHECK(nearest_names("xyz", known).empty());
  CHECK(did_you_mean({}) == "");
  CHECK(did_you_mean({"a"}) == "; did you mean 'a'?");
  CHECK(did_you_mean({"a", "b", "c"}) == "; did you mean 'a', 'b' or 'c'?");
}
