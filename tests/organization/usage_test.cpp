// The usage meter: numbers by hand, and random histories beside a plain list of steps.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "berth/core/time_text.hpp"
#include "berth/organization/usage.hpp"
#include "sim/core/math.hpp"

using namespace berth;
using namespace berth::organization;

namespace {

// research > vision, speech
struct Fixture {
  Organization organization;
  QueueId research, vision, speech;

  Fixture() {
    Queue top;
    top.name = "research";
    research = organization.add(top);
    for (const char* name : {"vision", "speech"}) {
      Queue leaf;
      leaf.name = name;
      leaf.parent = research;
      (leaf.name == "vision" ? vision : speech) = organization.add(leaf);
    }
  }
};

double gpu(const UsageShares& shares, QueueId q) {
  return shares[q][static_cast<std::size_t>(Resource::gpu)];
}

}  // namespace

TEST_CASE("usage is the part of the window's capacity that a queue and its ancestors have had") {
  Fixture f;
  const Instant start = *parse_instant("2026-01-05T00:00:00Z");
  UsageOptions options;
  options.window = hours(2);
  UsageMeter meter(options, start, f.organization.queues.size());
  CHECK(meter.bucket_length() == minutes(1));
  meter.set_capacity({0, 0, 4000}, start);
  meter.change(f.organization, f.vision, {0, 0, 4000}, start + minutes(30));
  meter.change(f.organization, f.vision, {0, 0, -2000}, start + minutes(60));
  meter.change(f.organization, f.speech, {0, 0, 1000}, start + minutes(60));

  // The first hour: vision had all for half of it.
  CHECK(gpu(meter.shares(start + minutes(60)), f.vision) == 0.5);
  // Readings stand until the next minute.
  CHECK(gpu(meter.shares(start + minutes(60) + seconds(59)), f.vision) == 0.5);
  CHECK(meter.next_reading(start + minutes(60)) == start + minutes(61));
  // Two hours of 4 GPUs = 8: vision 2 + 2, speech 1.
  const UsageShares two_hours = meter.shares(start + hours(2));
  CHECK(gpu(two_hours, f.vision) == 0.5);
  CHECK(gpu(two_hours, f.speech) == 0.125);
  CHECK(gpu(two_hours, f.research) == 0.625);
  // The window slides: from 2:30 back, vision 2 + 1.5 x 2 = 5 of 8.
  CHECK(gpu(meter.shares(start + minutes(150)), f.vision) == 0.625);
  // Long after: only the present.
  CHECK(gpu(meter.shares(start + days(30)), f.vision) == 0.5);
  CHECK(gpu(meter.shares(start), f.vision) == 0);
  CHECK(gpu(meter.shares(start - hours(1)), f.vision) == 0);
}

TEST_CASE("a half-life lets the past fade") {
  Fixture f;
  const Instant start = *parse_instant("2026-01-05T00:00:00Z");
  UsageOptions options;
  options.window = hours(2);
  options.resolution = hours(1);
  options.fetch = hours(1);
  options.half_life = hours(1);
  UsageMeter meter(options, start, f.organization.queues.size());
  meter.set_capacity({0, 0, 1000}, start);
  meter.change(f.organization, f.vision, {0, 0, 1000}, start);
  meter.change(f.organization, f.vision, {0, 0, -1000}, start + hours(1));
  meter.change(f.organization, f.speech, {0, 0, 1000}, start + hours(1));
  // The hour before counts half: 0.5 of 1.5.
  CHECK(gpu(meter.shares(start + hours(2)), f.vision) == Approx(1.0 / 3).epsilon(1e-12));
  CHECK(gpu(meter.shares(start + hours(2)), f.speech) == Approx(2.0 / 3).epsilon(1e-12));
}

TEST_CASE("a tumbling window forgets at its boundary") {
  Fixture f;
  const Instant start = *parse_instant("2026-01-05T00:00:00Z");
  UsageOptions options;
  options.type = UsageWindow::tumbling;
  options.window = hours(1);
  options.window_start = start;
  UsageMeter meter(options, start, f.organization.queues.size());
  meter.set_capacity({0, 0, 1000}, start);
  meter.change(f.organization, f.vision, {0, 0, 1000}, start + minutes(30));
  meter.change(f.organization, f.vision, {0, 0, -1000}, start + hours(1));
  CHECK(gpu(meter.shares(start + minutes(45)), f.vision) == Approx(1.0 / 3).epsilon(1e-12));
  CHECK(gpu(meter.shares(start + hours(1)), f.vision) == 0.5);  // on the boundary: the window before
  CHECK(gpu(meter.shares(start + minutes(61)), f.vision) == 0);
}

TEST_CASE("long windows are kept in longer buckets") {
  UsageOptions options;
  CHECK(UsageMeter(options, Instant{}, 1).bucket_length() == minutes(5));
  CHECK(UsageMeter(options, Instant{}, 1).reading_interval() == minutes(5));
  options.window = days(1'000'000);
  options.fetch = days(1'000'000);
  options.resolution = microseconds(1);
  const UsageMeter meter(options, Instant{}, 1);
  CHECK(meter.bucket_length() >= days(1'000'000 / usage_buckets));
  CHECK(gpu(meter.shares(Instant{}), QueueId{0}) == 0);
}

TEST_CASE("usage of random histories equals that of a plain list of steps") {
  const bool ok = rc::check("meter", [] {
    Fixture f;
    const Instant start{1'000'000'000LL * *rc::gen::inRange(0, 1000)};
    UsageOptions options;
    options.resolution = seconds(*rc::gen::inRange(1, 10));
    options.window = seconds(*rc::gen::inRange(1, 600));
    options.fetch = seconds(*rc::gen::inRange(1, 30));
    if (*rc::gen::element(0, 1) == 0) options.half_life = seconds(*rc::gen::inRange(10, 200));
    UsageMeter meter(options, start, f.organization.queues.size());
    struct Step {
      Instant at;
      std::int64_t vision, capacity;
    };
    std::vector<Step> steps{{start, 0, 0}};
    Instant now = start;
    for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
      now = now + milliseconds(*rc::gen::inRange(0, 60'000));
      Step next = steps.back();
      next.at = now;
      if (*rc::gen::element(0, 1) == 0) {
        const std::int64_t value = *rc::gen::inRange(0, 9) * 1000;
        meter.change(f.organization, f.vision, {0, 0, value - next.vision}, now);
        next.vision = value;
      } else {
        next.capacity = *rc::gen::inRange(1, 9) * 1000;
        meter.set_capacity({0, 0, next.capacity}, now);
      }
      steps.push_back(next);
    }
    now = now + milliseconds(*rc::gen::inRange(0, 1'000'000));

    // By hand: every bucket of the window, in it every step.
    const std::int64_t interval = meter.reading_interval().micros;
    const std::int64_t bucket = meter.bucket_length().micros;
    const std::int64_t until = now.micros / interval * interval;
    const std::int64_t from = std::max(until - options.window.micros, start.micros);
    double used = 0;
    double had = 0;
    for (std::int64_t b = from / bucket; b * bucket < until; ++b) {
      double weight = 1;
      if (options.half_life) {
        weight = math::pow(0.5, static_cast<double>(until - (b + 1) * bucket) /
                                    static_cast<double>(options.half_life->micros));
      }
      if (b == from / bucket && from > start.micros) {
        weight *= static_cast<double>((b + 1) * bucket - from) / static_cast<double>(bucket);
      }
      for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::int64_t begin = std::max(steps[i].at.micros, b * bucket);
        const std::int64_t end = std::min(
            i + 1 < steps.size() ? steps[i + 1].at.micros : Instant::never().micros, (b + 1) * bucket);
        if (begin >= end) continue;
        used += weight * static_cast<double>(steps[i].vision) * static_cast<double>(end - begin);
        had += weight * static_cast<double>(steps[i].capacity) * static_cast<double>(end - begin);
      }
    }
    const UsageShares shares = meter.shares(now);
    const double expected = had > 0 ? used / had : 0;
    RC_ASSERT(std::abs(gpu(shares, f.vision) - expected) <= 1e-9 * (1 + expected));
    RC_ASSERT(gpu(shares, f.research) == gpu(shares, f.vision));
    RC_ASSERT(gpu(shares, f.speech) == 0);
  });
  CHECK(ok);
}
