// Quantities as Kubernetes writes them, rates and shares, to text and back.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "berth/core/parsed.hpp"
#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"

namespace berth {

// A Kubernetes quantity times `scale`: "500m", "20Gi", "2T", "1e3", "0.5". Suffixes n u m k M G T P E, Ki Mi
// Gi Ti Pi Ei. What is finer than the scale is rounded up, as Kubernetes does. Never negative; at most `most`
// after scaling.
Parsed<std::int64_t> parse_quantity(std::string_view text, std::int64_t scale,
                                    std::int64_t most = std::numeric_limits<std::int64_t>::max());
Parsed<CpuMilli> parse_cpu(std::string_view text);
Parsed<Bytes> parse_bytes(std::string_view text);

// "192", "500m", "1500m".
std::string print_cpu(CpuMilli cpu);
// With the largest binary suffix that leaves it whole: "20Gi", "1536Mi", "1000".
std::string print_bytes(Bytes bytes);

// So many a time unit, in millionths: "12/h", "30/s", "31.2/h", "0.5/d". Units s, m, min, h, d, w. Never
// negative.
struct Rate {
  std::int64_t millionths = 0;
  Duration per;

  bool operator==(const Rate&) const = default;
  // The mean time from one to the next, to the nearest microsecond; max() for the rate zero.
  Duration mean_gap() const;
};
Parsed<Rate> parse_rate(std::string_view text);
std::string print_rate(Rate rate);

// "60%" or "0.6" as 600000 millionths. At most `most` millionths; never negative.
Parsed<std::int64_t> parse_share(std::string_view text, std::int64_t most = 1'000'000);
std::string print_share(std::int64_t millionths);  // "60%", "12.5%"

}  // namespace berth
