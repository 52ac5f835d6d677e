#include "berth/core/quantity.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

#include "berth/core/time.hpp"

namespace berth {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};

static_assert(Addable<GpuMilli, GpuMilli>);
static_assert(!Addable<GpuMilli, CpuMilli>, "kinds do not mix");
static_assert(!Addable<GpuMilli, std::int64_t>, "nor with bare numbers");
static_assert(!Comparable<Bytes, CpuMilli>);
static_assert(!std::is_convertible_v<std::int64_t, Bytes>);
static_assert(!Addable<Instant, Instant>, "two instants have no sum");
static_assert(!Comparable<Instant, Duration>);
static_assert(std::is_same_v<decltype(Instant{} - Instant{}), Duration>);

TEST_CASE("quantities add, subtract, scale and divide") {
  GpuMilli used = whole_gpus(2);
  used += GpuMilli(500);
  CHECK(used == GpuMilli(2500));
  used -= whole_gpus(1);
  CHECK(used - GpuMilli(500) == whole_gpus(1));
  CHECK(used * 2 == whole_gpus(3));
  CHECK(used / 3 == GpuMilli(500));
  CHECK(whole_gpus(7) / whole_gpus(2) == 3);
  CHECK(-used < GpuMilli());
  CHECK(mebibytes(1024) == Bytes(1LL << 30));
  CHECK(GpuMilli::max() > whole_gpus(1'000'000'000));
}

TEST_CASE("instants and durations") {
  const Instant start{1'000'000};
  CHECK(start + seconds(2) == Instant{3'000'000});
  CHECK(start + hours(1) - start == minutes(60));
  CHECK(days(1) / hours(1) == 24);
  CHECK(milliseconds(1) == microseconds(1) * 1000);
  Duration sum;
  sum += seconds(3);
  sum -= seconds(1);
  CHECK(sum == seconds(2));
  CHECK(start < Instant::never());
}

}  // namespace
}  // namespace berth
