#include "berth/core/quantity_text.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "sim/core/text.hpp"

namespace berth {
namespace {

TEST_CASE("quantities as Kubernetes writes them") {
  CHECK(*parse_cpu("192") == CpuMilli(192'000));
  CHECK(*parse_cpu("500m") == CpuMilli(500));
  CHECK(*parse_cpu("0.5") == CpuMilli(500));
  CHECK(*parse_cpu("1e3") == CpuMilli(1'000'000));
  CHECK(*parse_cpu("2k") == CpuMilli(2'000'000));
  CHECK(*parse_cpu("100n") == CpuMilli(1));  // finer than a milli: up
  CHECK(*parse_bytes("20Gi") == Bytes(20LL << 30));
  CHECK(*parse_bytes("2T") == Bytes(2'000'000'000'000));
  CHECK(*parse_bytes("1.5Ki") == Bytes(1536));
  CHECK(*parse_bytes("128974848") == Bytes(128'974'848));
  CHECK(*parse_bytes("129e6") == Bytes(129'000'000));
  CHECK(*parse_bytes("1E") == Bytes(1'000'000'000'000'000'000));
  CHECK(*parse_bytes("1E3") == Bytes(1000));
  CHECK(*parse_bytes("1500m") == Bytes(2));
  CHECK(*parse_bytes("7Ei") == Bytes(7LL << 60));
  CHECK(*parse_bytes("0") == Bytes(0));
  CHECK(*parse_bytes("-0") == Bytes(0));
}

TEST_CASE("what is no quantity says why") {
  CHECK(parse_bytes("").error() == "'' is not a quantity such as 500m, 192, 20Gi or 2T");
  CHECK(parse_bytes("much").error() == "'much' is not a quantity such as 500m, 192, 20Gi or 2T");
  CHECK(parse_bytes("-5Gi").error() == "'-5Gi' is negative");
  CHECK(parse_bytes("20GB").error() ==
        "'20GB' has the unknown suffix 'GB' (expected none, n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi or "
        "Ei)");
  CHECK(parse_bytes("8Ei").error() == "'8Ei' is too large");
  CHECK(parse_bytes("1e400").error() == "'1e400' is too large");
  CHECK(parse_quantity("11", 1, 10).error() == "'11' is too large");
  CHECK_FALSE(parse_cpu("9999999999999999Ei"));
  CHECK_FALSE(parse_bytes("20 Gi"));
  CHECK_FALSE(parse_bytes("20gi"));
}

TEST_CASE("quantities print and read back") {
  CHECK(print_cpu(CpuMilli(192'000)) == "192");
  CHECK(print_cpu(CpuMilli(1500)) == "1500m");
  CHECK(print_bytes(Bytes(20LL << 30)) == "20Gi");
  CHECK(print_bytes(Bytes(1536LL << 20)) == "1536Mi");
  CHECK(print_bytes(Bytes(1000)) == "1000");
  CHECK(print_bytes(Bytes(0)) == "0");
  CHECK(rc::check([] {
    const auto value = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 40);
    const auto shift = *rc::gen::inRange(0, 22);
    RC_ASSERT(*parse_bytes(print_bytes(Bytes(value << shift))) == Bytes(value << shift));
    RC_ASSERT(*parse_cpu(print_cpu(CpuMilli(value))) == CpuMilli(value));
  }));
}

TEST_CASE("rates") {
  CHECK(*parse_rate("12/h") == Rate{12'000'000, hours(1)});
  CHECK(*parse_rate("30/s") == Rate{30'000'000, seconds(1)});
  CHECK(*parse_rate("31.2/h") == Rate{31'200'000, hours(1)});
  CHECK(*parse_rate("5/min") == Rate{5'000'000, minutes(1)});
  CHECK(parse_rate("12").error() == "'12' is not a rate such as 12/h or 30/s");
  CHECK(parse_rate("/h").error() == "'/h' is not a rate such as 12/h or 30/s");
  CHECK(parse_rate("12/").error() == "'12/' has the unknown time unit '' (expected s, m, min, h, d or w)");
  CHECK(parse_rate("12/year").error() ==
        "'12/year' has the unknown time unit 'year' (expected s, m, min, h, d or w)");
  CHECK(parse_rate("-1/h").error() == "'-1/h' is negative");
  CHECK(parse_rate("0.0000001/h").error() ==
        "'0.0000001/h' is too large or has more than six decimal places");
  CHECK(print_rate(*parse_rate("31.2/h")) == "31.2/h");
  CHECK(print_rate(*parse_rate("5/min")) == "5/m");
}

TEST_CASE("the mean gap of a rate") {
  CHECK(parse_rate("12/h")->mean_gap() == minutes(5));
  CHECK(parse_rate("3/s")->mean_gap() == microseconds(333'333));
  CHECK(parse_rate("0/s")->mean_gap() == Duration::max());
  CHECK(parse_rate("0.000001/w")->mean_gap() == days(7'000'000));
  CHECK(Rate{1, days(10'000'000'000 / 864)}.mean_gap() == Duration::max());
}

TEST_CASE("shares") {
  CHECK(*parse_share("60%") == 600'000);
  CHECK(*parse_share("0.6") == 600'000);
  CHECK(*parse_share("1") == 1'000'000);
  CHECK(*parse_share("12.5%") == 125'000);
  CHECK(*parse_share("150%", 2'000'000) == 1'500'000);
  CHECK(parse_share("101%").error() == "'101%' is more than 100%");
  CHECK(parse_share("-1%").error() == "'-1%' is negative");
  CHECK(parse_share("half").error() == "'half' is not a share such as 60% or 0.6");
  CHECK(parse_share("60 %").error() == "'60 %' is not a share such as 60% or 0.6");
  CHECK(parse_share("0.0000001").error() == "'0.0000001' has more decimal places than a millionth");
  CHECK(print_share(125'000) == "12.5%");
  CHECK(print_share(600'000) == "60%");
}

TEST_CASE("no text makes a parser of quantities fail otherwise than with a sentence") {
  CHECK(rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789.eEmkKMGTPi%/sh-+")));
    if (const auto bytes = parse_bytes(text)) {
      RC_ASSERT(*bytes >= Bytes(0));
    } else {
      RC_ASSERT(!bytes.error().empty());
    }
    if (const auto share = parse_share(text)) RC_ASSERT(*share >= 0 && *share <= 1'000'000);
    if (const auto rate = parse_rate(text))
      RC_ASSERT(rate->millionths >= 0 && rate->mean_gap() >= Duration{});
  }));
}

}  // namespace
}  // namespace berth
