#include "sim/core/random.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "berth/core/invariant.hpp"

namespace berth {
namespace {

constexpr int draws = 200'000;

// `draw(random)` for entity 0 and ordinals 0, 1, ...
template <class Draw>
auto draw_many(std::string_view stream, int n, Draw draw) {
  const RandomStream source(42, 0, stream);
  std::vector<decltype(draw(std::declval<Random&>()))> values;
  values.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    Random random = source.at(std::uint64_t{0}, static_cast<std::uint64_t>(i));
    values.push_back(draw(random));
  }
  return values;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return sum / static_cast<double>(values.size());
}

// The share of values up to x: a quantile is checked by its probability, whose deviation is known: sqrt(p (1 - p) / n).
double share_up_to(const std::vector<double>& values, double x) {
  return static_cast<double>(std::count_if(values.begin(), values.end(), [&](double v) { return v <= x; })) /
         static_cast<double>(values.size());
}

bool probability_holds(double share, double p, int n) {
  return std::fabs(share - p) < 4.5 * std::sqrt(p * (1 - p) / n);
}

TEST_CASE("unit: mean 1/2, variance 1/12, quantiles, within [0, 1)") {
  const auto values = draw_many("unit", draws, [](Random& r) { return r.unit(); });
  CHECK(std::fabs(mean_of(values) - 0.5) < 4.5 * std::sqrt(1.0 / 12 / draws));
  CHECK(variance_of(values) == Approx(1.0 / 12).epsilon(0.01));
  CHECK(*std::min_element(values.begin(), values.end()) >= 0);
  CHECK(*std::max_element(values.begin(), values.end()) < 1);
  for (const double p : {0.01, 0.1, 0.5, 0.9, 0.99})
    CHECK(probability_holds(share_up_to(values, p), p, draws));
}

TEST_CASE("exponential: mean and variance 1, quantiles -ln(1 - p)") {
  const auto values = draw_many("exponential", draws, [](Random& r) { return r.exponential(); });
  CHECK(std::fabs(mean_of(values) - 1) < 4.5 / std::sqrt(draws));
  CHECK(variance_of(values) == Approx(1).epsilon(0.03));
  CHECK(*std::min_element(values.begin(), values.end()) >= 0);
  for (const double p : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    CHECK(probability_holds(share_up_to(values, -std::log(1 - p)), p, draws));
  }
}

TEST_CASE("normal: mean 0, variance 1, third moment 0, fourth 3") {
  const auto values = draw_many("normal", draws, [](Random& r) { return r.normal(); });
  const double mean = mean_of(values);
  double third = 0, fourth = 0;
  for (const double v : values) {
    third += v * v * v;
    fourth += v * v * v * v;
  }
  CHECK(std::fabs(mean) < 4.5 / std::sqrt(draws));
  CHECK(variance_of(values) == Approx(1).epsilon(0.015));
  CHECK(std::fabs(third / draws) < 4.5 * std::sqrt(15.0 / draws));
  CHECK(fourth / draws == Approx(3).epsilon(0.03));
  CHECK(probability_holds(share_up_to(values, -1.6448536269514722), 0.05, draws));
  CHECK(probability_holds(share_up_to(values, 1), 0.8413447460685429, draws));
}

TEST_CASE("lognormal: the median, the 95th percentile and the mean are the stated ones") {
  const auto values = draw_many("lognormal", draws, [](Random& r) { return r.lognormal(2.0, 10.0); });
  CHECK(probability_holds(share_up_to(values, 2), 0.5, draws));
  CHECK(probability_holds(share_up_to(values, 10), 0.95, draws));
  const double sigma = std::log(10.0 / 2) / 1.6448536269514722;
  CHECK(probability_holds(share_up_to(values, 2 * std::exp(sigma)), 0.8413447460685429, draws));
  CHECK(mean_of(values) == Approx(2 * std::exp(sigma * sigma / 2)).epsilon(0.02));
}

TEST_CASE("durations: of the stated mean or median, bounded, never negative") {
  const auto gaps = draw_many(
      "gaps", draws, [](Random& r) { return static_cast<double>(r.exponential(minutes(5)).micros) / 1e6; });
  CHECK(std::fabs(mean_of(gaps) - 300) < 4.5 * 300 / std::sqrt(draws));
  CHECK(*std::min_element(gaps.begin(), gaps.end()) >= 0);
  const auto runs = draw_many("runs", draws, [](Random& r) {
    return static_cast<double>(r.lognormal(hours(2), hours(10)).micros) / 3.6e9;
  });
  CHECK(probability_holds(share_up_to(runs, 2), 0.5, draws));
  CHECK(probability_holds(share_up_to(runs, 10), 0.95, draws));
  Random random = RandomStream(1, 0, "x").at(std::uint64_t{0});
  CHECK(random.lognormal(hours(3), hours(3)) == hours(3));
  for (int i = 0; i < 100; ++i) {
    CHECK(random.lognormal(days(900'000), days(999'999)) <= days(1'000'000));
    CHECK(random.exponential(days(1'000'000)) <= days(1'000'000));
    CHECK(random.exponential(Duration{0}) == Duration{0});
  }
  CHECK_THROWS_AS(random.lognormal(hours(3), hours(2)), InvariantError);
  CHECK_THROWS_AS(random.lognormal(0.0, 1.0), InvariantError);
}

// Chi-square with 9 degrees of freedom: 0.9999 of all samples stay below 33.72.
TEST_CASE("below: all numbers equally often") {
  std::array<int, 10> counts{};
  for (const auto v : draw_many("below", draws, [](Random& r) { return r.below(10); })) ++counts[v];
  double chi_square = 0;
  for (const int count : counts) {
    const double difference = count - draws / 10.0;
    chi_square += difference * difference / (draws / 10.0);
  }
  CHECK(chi_square < 33.72);
}

TEST_CASE("below stays below, also where 2^64 is far from a multiple") {
  // With n = 3 * 2^62 the naive remainder would give the lower third twice as often.
  const std::uint64_t n = std::uint64_t{3} << 62;
  const auto values = draw_many("large", draws, [&](Random& r) { return r.below(n); });
  CHECK(*std::max_element(values.begin(), values.end()) < n);
  const auto lower = std::count_if(values.begin(), values.end(), [&](std::uint64_t v) { return v < n / 3; });
  CHECK(probability_holds(static_cast<double>(lower) / draws, 1.0 / 3, draws));
  Random random = RandomStream(1, 0, "x").at(std::uint64_t{0});
  CHECK(random.below(1) == 0);
  CHECK_THROWS_AS(random.below(0), InvariantError);
}

TEST_CASE("between reaches both ends, and the whole range of 64 bits") {
  std::set<std::int64_t> seen;
  for (const auto v : draw_many("between", 1000, [](Random& r) { return r.between(-2, 2); })) seen.insert(v);
  CHECK(seen == std::set<std::int64_t>{-2, -1, 0, 1, 2});
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  const auto wide = draw_many("wide", 1000, [&](Random& r) { return r.between(least, most); });
  CHECK(std::count_if(wide.begin(), wide.end(), [](std::int64_t v) { return v < 0; }) > 400);
  CHECK(std::count_if(wide.begin(), wide.end(), [](std::int64_t v) { return v >= 0; }) > 400);
}

TEST_CASE("chance") {
  const auto values = draw_many("chance", draws, [](Random& r) { return r.chance(125'000) ? 1.0 : 0.0; });
  CHECK(probability_holds(mean_of(values), 0.125, draws));
  Random random = RandomStream(1, 0, "x").at(std::uint64_t{0});
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(random.chance(0));
    CHECK(random.chance(1'000'000));
  }
}

TEST_CASE("weighted choice: in proportion, never of weight 0, the table like the single draw") {
  const std::vector<std::int64_t> weights = {0, 700'000, 100'000, 0, 200'000, 0};
  const WeightedTable table(weights);
  std::array<int, 6> counts{};
  const RandomStream source(42, 0, "choice");
  for (std::uint64_t i = 0; i < draws; ++i) {
    Random one = source.at(std::uint64_t{0}, i), other = one;
    const std::size_t chosen = one.weighted_choice(weights);
    if (chosen != table.draw(other)) FAIL("the table draws otherwise");
    ++counts[chosen];
  }
  CHECK(counts[0] + counts[3] + counts[5] == 0);
  CHECK(probability_holds(counts[1] / double{draws}, 0.7, draws));
  CHECK(probability_holds(counts[2] / double{draws}, 0.1, draws));
  CHECK(probability_holds(counts[4] / double{draws}, 0.2, draws));
  CHECK_THROWS_AS(WeightedTable({}), InvariantError);
  CHECK_THROWS_AS(WeightedTable({0, 0}), InvariantError);
  CHECK_THROWS_AS(WeightedTable({-1, 2}), InvariantError);
  CHECK_THROWS_AS(WeightedTable({std::numeric_limits<std::int64_t>::max(), 1}), InvariantError);
}

TEST_CASE("shuffle: every order equally often, nothing lost") {
  std::map<std::vector<int>, int> orders;
  const int n = 48'000;
  for (auto& order : draw_many("shuffle", n, [](Random& r) {
         std::vector<int> items = {1, 2, 3, 4};
         r.shuffle(items);
         return items;
       })) {
    ++orders[order];
  }
  REQUIRE(orders.size() == 24);
  double chi_square = 0;  // 23 degrees of freedom: 0.9999 of all samples stay below 56
  for (const auto& [order, count] : orders)
    chi_square += (count - n / 24.0) * (count - n / 24.0) / (n / 24.0);
  CHECK(chi_square < 56);
  std::vector<int> empty;
  Random random = RandomStream(1, 0, "x").at(std::uint64_t{0});
  random.shuffle(empty);
  CHECK(empty.empty());
}

TEST_CASE("a draw depends on every part of its key and on nothing else") {
  const auto first = [](std::uint64_t seed, std::uint64_t branch, std::string_view name, std::uint64_t entity,
                        std::uint64_t ordinal) {
    return RandomStream(seed, branch, name).at(entity, ordinal).bits64();
  };
  const std::set<std::uint64_t> all = {first(1, 0, "a", 0, 0),
                                       first(2, 0, "a", 0, 0),
                                       first(1, 1, "a", 0, 0),
                                       first(1, 0, "b", 0, 0),
                                       first(1, 0, "a", 1, 0),
                                       first(1, 0, "a", 0, 1),
                                       first(11, 0, "a", 0, 0),
                                       first(1, 10, "a", 0, 0),
                                       first(1, 0, "0/a", 0, 0),
                                       first(1, 0, "a", std::uint64_t{1} << 32, 0),
                                       first(1, 0, "a", 0, std::uint64_t{1} << 32)};
  CHECK(all.size() == 11);
  CHECK(first(1, 0, "a", 5, 7) == first(1, 0, "a", 5, 7));
  CHECK_THROWS_AS(first(1, 0, "a", 0, RandomStream::max_ordinal + 1), InvariantError);
}

TEST_CASE("streams, entities and ordinals do not disturb one another") {
  CHECK(rc::check([](std::uint64_t seed, std::uint8_t entities, std::uint8_t taken_by_others) {
    const RandomStream arrivals(seed, 0, "arrivals"), failures(seed, 0, "failures");
    // Alone ...
    std::vector<std::uint64_t> alone;
    for (std::uint64_t n = 0; n < 20; ++n) alone.push_back(arrivals.at("vision", n).bits64());
    // ... and among others that draw in between, in another order.
    std::vector<std::uint64_t> among(20);
    for (std::uint64_t n = 20; n-- > 0;) {
      for (std::uint64_t e = 0; e < entities % 8; ++e) {
        Random other = arrivals.at("project-" + std::to_string(e), n);
        for (int i = 0; i < taken_by_others; ++i) other.bits32();
        failures.at("vision", n).exponential();
      }
      among[n] = arrivals.at("vision", n).bits64();
    }
    RC_ASSERT(among == alone);
  }));
}

TEST_CASE("one key gives as many independent words as wanted") {
  Random random = RandomStream(1, 0, "long").at(std::uint64_t{0});
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(random.bits64());
  CHECK(seen.size() == 10'000);
}

// The first ten draws of each, as integers: the next version of Berth must make the same cluster of the same seed.
TEST_CASE("first draws: integers") {
  CHECK(draw_many("bits", 10, [](Random& r) { return r.bits64(); }) ==
        std::vector<std::uint64_t>{3'891'159'847'045'521'763ULL, 13'623'300'466'643'290'468ULL,
                                   11'620'018'587'294'229'560ULL, 1'967'968'980'124'175'987ULL,
                                   14'998'822'992'895'629'606ULL, 6'102'717'565'585'759'621ULL,
                                   18'050'683'688'684'712'766ULL, 11'396'817'991'861'739'090ULL,
                                   18'222'185'048'403'157'961ULL, 15'514'328'165'073'572'425ULL});
  CHECK(draw_many("below", 10, [](Random& r) { return r.below(1000); }) ==
        std::vector<std::uint64_t>{827, 374, 50, 325, 504, 236, 455, 70, 17, 919});
  CHECK(draw_many("between", 10, [](Random& r) { return r.between(-500, 500); }) ==
        std::vector<std::int64_t>{384, 160, 180, 352, 338, 229, 179, -55, -9, -187});
  CHECK(draw_many("choice", 10, [](Random& r) {
          return r.weighted_choice({3, 1, 6});
        }) == std::vector<std::size_t>{0, 2, 2, 2, 2, 0, 2, 0, 2, 2});
  CHECK(draw_many("chance", 10, [](Random& r) { return r.chance(500'000) ? 1 : 0; }) ==
        std::vector<int>{1, 1, 0, 1, 1, 0, 1, 0, 1, 1});
  std::vector<int> items = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  Random random = RandomStream(42, 0, "shuffle").at(std::uint64_t{0});
  random.shuffle(items);
  CHECK(items == std::vector<int>{9, 1, 5, 6, 7, 3, 4, 0, 8, 2});
}

TEST_CASE("first draws: distributions") {
  const auto scaled = [](double value) { return static_cast<std::int64_t>(std::floor(value * 1e15)); };
  CHECK(draw_many("unit", 10, [&](Random& r) { return scaled(r.unit()); }) ==
        std::vector<std::int64_t>{411'907'351'141'689, 711'076'606'781'944, 425'734'046'048'244,
                                  70'552'940'244'156, 943'549'711'594'062, 377'990'650'059'856,
                                  55'530'522'906'231, 4'265'135'279'833, 756'768'727'118'483,
                                  46'366'852'917'986});
  CHECK(draw_many("normal", 10, [&](Random& r) { return scaled(r.normal()); }) ==
        std::vector<std::int64_t>{-519'362'331'344'792, 255'717'778'010'070, -1'387'762'920'272'340,
                                  -1'056'170'066'935'591, 2'318'878'285'829'655, 653'705'835'977'486,
                                  -653'795'300'895'923, 2'257'808'959'398'170, -764'602'854'884'797,
                                  957'263'644'726'403});
  CHECK(draw_many("exponential", 10, [&](Random& r) { return r.exponential(hours(1)).micros; }) ==
        std::vector<std::int64_t>{1'522'430'122, 6'505'505'805, 1'975'863'904, 2'020'366'931, 6'876'805'244,
                                  5'108'916'244, 3'326'915'803, 10'845'878'084, 1'235'406'155, 349'206'550});
  CHECK(draw_many("lognormal", 10, [&](Random& r) { return r.lognormal(hours(2), hours(10)).micros; }) ==
        std::vector<std::int64_t>{1'894'818'219, 5'550'022'485, 16'364'841'237, 4'917'763'138, 4'306'199'731,
                                  2'437'880'437, 11'445'129'326, 3'766'641'708, 3'161'679'831,
                                  6'072'079'349});
}

}  // namespace
}  // namespace berth
