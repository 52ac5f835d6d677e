// generators: arrivals, and what each arrival draws.
#include <algorithm>
#include <array>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

using WeightNumber = DecimalForm<std::int64_t, 3, 0, 1'000'000'000>;

constexpr std::int64_t certain = 1000;  // the weight of a single value, whatever was written

// A map from value to weight. `Key` turns an entry's key into a value: read(Reader&, const Entry&, T&), write(const T&).
template <class Key>
struct WeightsForm {
  using type = Choice<typename Key::type>;
  static bool read(Reader& reader, const Value& value, type& out) {
    out.options.clear();
    if (!value.is_map()) return reader.wrong_type(value, "a map from value to weight");
    bool good = true;
    std::int64_t total = 0;
    for (const Entry& entry : value.entries) {
      typename Key::type drawn{};
      std::int64_t weight = 0;
      good &= Key::read(reader, entry, drawn);
      const Reader::Key key(reader, entry.key);
      good &= WeightNumber::read(reader, entry.value, weight);
      total += weight;
      out.options.emplace_back(std::move(drawn), weight);
    }
    if (out.options.size() == 1 && total > 0) out.options[0].second = certain;
    if (!good || total > 0) return good;
    return reader.wrong_value(value, "the weights sum to 0; at least one must be above it");
  }
  static Value write(const type& choice) {
    Value value = Value::map();
    for (const auto& [drawn, weight] : choice.options)
      value.add(Key::write(drawn), WeightNumber::write(weight));
    return value;
  }
};

struct NameKey {
  using type = Name;
  static bool read(Reader&, const Entry& entry, Name& out) {
    out = Name(entry.key, entry.key_mark);
    return true;
  }
  static std::string write(const Name& name) { return name.value; }
};
struct GpuKey {
  using type = workload::GpuRequest;
  static bool read(Reader& reader, const Entry& entry, type& out) {
    if (const auto gpu = gpu_of_text(entry.key)) {
      out = *gpu;
      return true;
    }
    reader.error(entry.key_mark, "wrong-value",
                 "gpu: " + berth::quoted(entry.key) +
                     " is not a number of GPUs, a fraction of one or a MIG profile (expected such as 8, 0.25 "
                     "or 1g.10gb)");
    return false;
  }
  static std::string write(const type& gpu) { return text_of_gpu(gpu).value_or(""); }
};
struct DurationKey {
  using type = Duration;
  static bool read(Reader& reader, const Entry& entry, Duration& out) {
    const auto parsed = parse_duration(entry.key);
    if (parsed && *parsed > Duration{} && *parsed <= max_duration) {
      out = *parsed;
      return true;
    }
    reader.error(entry.key_mark, "wrong-value",
                 parsed ? berth::quoted(entry.key) + " is out of range" : parsed.error());
    return false;
  }
  static std::string write(Duration duration) { return print_duration(duration); }
};
using PodCountForm = NumberForm<std::int32_t, 1, max_pods>;
struct PodCountKey {
  using type = std::int32_t;
  static bool read(Reader& reader, const Entry& entry, type& out) {
    Value key = Value::scalar(entry.key);
    key.mark = entry.key_mark;
    return PodCountForm::read(reader, key, out);
  }
  static std::string write(type pods) { return std::to_string(pods); }
};
struct OutcomeKey {
  using type = workload::Outcome;
  static bool read(Reader& reader, const Entry& entry, type& out) {
    std::vector<std::string> known;
    for (const auto& [word, outcome] : OutcomeWords::all()) {
      if (entry.key == word) {
        out = outcome;
        return true;
      }
      known.push_back(word);
    }
    reader.unknown(entry.key_mark, "outcome", entry.key, known);
    return false;
  }
  static std::string write(type outcome) { return WordForm<OutcomeWords>::write(outcome).text; }
};

// A value that is certain, or `{word: {value: weight, ...}}`.
template <class Certain, class Key>
struct DrawnForm {
  using type = Choice<typename Key::type>;
  static bool read(Reader& reader, const Value& value, type& out, std::string_view word) {
    const Entry* choice = value.is_map() && value.entries.size() == 1 ? value.find(word) : nullptr;
    if (choice) return WeightsForm<Key>::read(reader, choice->value, out);
    typename Certain::type single{};
    if (!Certain::read(reader, value, single)) return false;
    out.options.clear();
    if constexpr (std::is_same_v<typename Certain::type, typename Key::type>) {
      out.options.emplace_back(std::move(single), certain);
    } else {
      out.options.emplace_back(std::move(single.value), certain);
    }
    return true;
  }
  static Value write(const type& choice, std::string word) {
    if (choice.options.empty()) return Value();
    if (choice.options.size() == 1) return Certain::write(typename Certain::type(choice.options[0].first));
    Value value = Value::map();
    value.add(std::move(word), WeightsForm<Key>::write(choice));
    return value;
  }
};

struct ProjectForm {
  using type = Choice<Name>;
  static bool read(Reader& reader, const Value& value, type& out) {
    return DrawnForm<NameForm, NameKey>::read(reader, value, out, "weights");
  }
  static Value write(const type& choice) { return DrawnForm<NameForm, NameKey>::write(choice, "weights"); }
};
struct DrawnGpuForm {
  using type = Choice<workload::GpuRequest>;
  static bool read(Reader& reader, const Value& value, type& out) {
    return DrawnForm<GpuForm, GpuKey>::read(reader, value, out, "choice");
  }
  static Value write(const type& choice) { return DrawnForm<GpuForm, GpuKey>::write(choice, "choice"); }
};

// `outcome: failed`, or weights.
struct DrawnOutcomeForm {
  using type = Choice<workload::Outcome>;
  static bool read(Reader& reader, const Value& value, type& out) {
    if (!value.is_scalar()) return WeightsForm<OutcomeKey>::read(reader, value, out);
    workload::Outcome outcome{};
    if (!WordForm<OutcomeWords>::read(reader, value, outcome)) return false;
    out.options = {{outcome, certain}};
    return true;
  }
  static Value write(const type& choice) {
    if (choice.options.size() == 1) return WordForm<OutcomeWords>::write(choice.options[0].first);
    return WeightsForm<OutcomeKey>::write(choice);
  }
};

struct Lognormal {
  Duration median, p95;
};
const Keys<Lognormal>& lognormal_keys() {
  static const Keys<Lognormal> table =
      Keys<Lognormal>("lognormal")
          .key<PositiveDurationForm>("median", &Lognormal::median, Need::required)
          .key<PositiveDurationForm>("p95", &Lognormal::p95, Need::required)
          .check([](Reader& reader, const Value& value, Lognormal& out) {
            if (out.p95 >= out.median) return true;
            reader.error(value.mark, "wrong-value", "lognormal: p95 is below the median");
            return false;
          });
  return table;
}
struct Exponential {
  Duration mean;
};
const Keys<Exponential>& exponential_keys() {
  static const Keys<Exponential> table =
      Keys<Exponential>("exponential")
          .key<PositiveDurationForm>("mean", &Exponential::mean, Need::required)
          .shorthand([](Reader& reader, const Value& value, Exponential& out) {
            return PositiveDurationForm::read(reader, value, out.mean);
          });
  return table;
}

using Kind = DurationSpread::Kind;
using HourFactors = std::array<std::int32_t, 24>;

constexpr HourFactors flat_day() {
  HourFactors day{};
  for (std::int32_t& factor : day) factor = 1000;
  return day;
}
// People arrive from eight, pause at noon and leave by six; something is always started at night. The mean is 1.
constexpr HourFactors office_day = {150,  100,  100,  100,  100,  150,  250, 600, 1400, 2200, 2400, 2400,
                                    1800, 2100, 2400, 2300, 2000, 1400, 800, 500, 350,  200,  100,  100};
constexpr std::int32_t sum_of(const HourFactors& day) {
  std::int32_t sum = 0;
  for (const std::int32_t factor : day) sum += factor;
  return sum;
}
static_assert(sum_of(office_day) == 24'000);

struct ByHourForm {
  using type = HourFactors;
  using Factor = DecimalForm<std::int32_t, 3, 0, 1'000'000>;
  static bool read(Reader& reader, const Value& value, type& out) {
    if (value.is_scalar()) {
      if (value.text == "office" || value.text == "flat") {
        out = value.text == "office" ? office_day : flat_day();
        return true;
      }
      reader.unknown(value.mark, "course of a day", value.text, {"flat", "office"});
      return false;
    }
    if (!value.is_list() || value.items.size() != out.size()) {
      return reader.wrong_type(value, "flat, office or a list of 24 numbers");
    }
    bool good = true;
    for (std::size_t i = 0; i < out.size(); ++i) good &= Factor::read(reader, value.items[i], out[i]);
    if (!good || sum_of(out) > 0) return good;
    return reader.wrong_value(value, "the factors sum to 0; at least one must be above it");
  }
  static Value write(const type& day) {
    if (day == flat_day()) return Value::scalar("flat");
    if (day == office_day) return Value::scalar("office");
    Value value = Value::list();
    for (const std::int32_t factor : day) value.items.push_back(Factor::write(factor));
    return value;
  }
};

}  // namespace

template <>
const Keys<DurationSpread>& keys() {
  static const Keys<DurationSpread> table =
      Keys<DurationSpread>("a duration")
          .custom(
              "lognormal",
              [](Reader& reader, const Value& value, DurationSpread& out) {
                Lognormal spread;
                if (!lognormal_keys().read(reader, value, spread)) return false;
                out = DurationSpread{Kind::lognormal, spread.median, spread.p95, {}};
                return true;
              },
              [](const DurationSpread& d) -> std::optional<Value> {
                if (d.kind != Kind::lognormal) return std::nullopt;
                return lognormal_keys().write(Lognormal{d.value, d.p95});
              })
          .custom(
              "exponential",
              [](Reader& reader, const Value& value, DurationSpread& out) {
                Exponential spread;
                if (!exponential_keys().read(reader, value, spread)) return false;
                out = DurationSpread{Kind::exponential, spread.mean, {}, {}};
                return true;
              },
              [](const DurationSpread& d) -> std::optional<Value> {
                if (d.kind != Kind::exponential) return std::nullopt;
                return exponential_keys().write(Exponential{d.value});
              })
          .custom(
              "choice",
              [](Reader& reader, const Value& value, DurationSpread& out) {
                out.kind = Kind::choice;
                return WeightsForm<DurationKey>::read(reader, value, out.choice);
              },
              [](const DurationSpread& d) -> std::optional<Value> {
                if (d.kind != Kind::choice) return std::nullopt;
                return WeightsForm<DurationKey>::write(d.choice);
              })
          .shorthand([](Reader& reader, const Value& value, DurationSpread& out) {
            out.kind = Kind::fixed;
            return PositiveDurationForm::read(reader, value, out.value);
          })
          .check([](Reader& reader, const Value& value, DurationSpread&) {
            if (value.entries.size() == 1) return true;
            reader.error(value.mark, "keys-exclude",
                         "a duration needs exactly one of 'lognormal', 'exponential' and 'choice'");
            return false;
          });
  return table;
}

namespace {

struct SpreadForm {
  using type = DurationSpread;
  static bool read(Reader& reader, const Value& value, type& out) {
    return keys<DurationSpread>().read(reader, value, out);
  }
  static Value write(const type& spread) {
    if (spread.kind == Kind::fixed) return PositiveDurationForm::write(spread.value);
    return keys<DurationSpread>().write(spread);
  }
};

}  // namespace

namespace {

using PodsKind = PodsSpread::Kind;
using PodsForm = DecimalForm<std::int64_t, 3, 1, max_pods * 1000>;  // a mean, a median, a percentile

struct PodsLognormal {
  std::int64_t median = 0, p95 = 0;
};
const Keys<PodsLognormal>& pods_lognormal_keys() {
  static const Keys<PodsLognormal> table =
      Keys<PodsLognormal>("lognormal")
          .key<PodsForm>("median", &PodsLognormal::median, Need::required)
          .key<PodsForm>("p95", &PodsLognormal::p95, Need::required)
          .check([](Reader& reader, const Value& value, PodsLognormal& out) {
            if (out.p95 >= out.median) return true;
            reader.error(value.mark, "wrong-value", "lognormal: p95 is below the median");
            return false;
          });
  return table;
}
struct PodsExponential {
  std::int64_t mean = 0;
};
const Keys<PodsExponential>& pods_exponential_keys() {
  static const Keys<PodsExponential> table =
      Keys<PodsExponential>("exponential")
          .key<PodsForm>("mean", &PodsExponential::mean, Need::required)
          .shorthand([](Reader& reader, const Value& value, PodsExponential& out) {
            return PodsForm::read(reader, value, out.mean);
          });
  return table;
}

const Keys<PodsSpread>& pods_keys() {
  static const Keys<PodsSpread> table =
      Keys<PodsSpread>("a number of pods")
          .custom(
              "lognormal",
              [](Reader& reader, const Value& value, PodsSpread& out) {
                PodsLognormal spread;
                if (!pods_lognormal_keys().read(reader, value, spread)) return false;
                out = PodsSpread{PodsKind::lognormal, spread.median, spread.p95, {}};
                return true;
              },
              [](const PodsSpread& p) -> std::optional<Value> {
                if (p.kind != PodsKind::lognormal) return std::nullopt;
                return pods_lognormal_keys().write(PodsLognormal{p.value_milli, p.p95_milli});
              })
          .custom(
              "exponential",
              [](Reader& reader, const Value& value, PodsSpread& out) {
                PodsExponential spread;
                if (!pods_exponential_keys().read(reader, value, spread)) return false;
                out = PodsSpread{PodsKind::exponential, spread.mean, 0, {}};
                return true;
              },
              [](const PodsSpread& p) -> std::optional<Value> {
                if (p.kind != PodsKind::exponential) return std::nullopt;
                return pods_exponential_keys().write(PodsExponential{p.value_milli});
              })
          .custom(
              "choice",
              [](Reader& reader, const Value& value, PodsSpread& out) {
                out.kind = PodsKind::choice;
                return WeightsForm<PodCountKey>::read(reader, value, out.choice);
              },
              [](const PodsSpread& p) -> std::optional<Value> {
                if (p.kind != PodsKind::choice) return std::nullopt;
                return WeightsForm<PodCountKey>::write(p.choice);
              })
          .check([](Reader& reader, const Value& value, PodsSpread&) {
            if (value.entries.size() == 1) return true;
            reader.error(value.mark, "keys-exclude",
                         "a number of pods needs exactly one of 'lognormal', 'exponential' and 'choice'");
            return false;
          });
  return table;
}

// `pods: 4`, or drawn for each workload.
void add_drawn_pods(Keys<GeneratorSpec>& table) {
  table.custom(
      "pods",
      [](Reader& reader, const Value& value, GeneratorSpec& out) {
        out.drawn_pods.reset();
        if (!value.is_map()) return PodCountForm::read(reader, value, out.pods);
        PodsSpread spread;
        if (!pods_keys().read(reader, value, spread)) return false;
        out.drawn_pods = std::move(spread);
        return true;
      },
      [](const GeneratorSpec& g) -> std::optional<Value> {
        if (g.drawn_pods) return pods_keys().write(*g.drawn_pods);
        return g.pods > 0 ? std::optional(PodCountForm::write(g.pods)) : std::nullopt;
      });
}

}  // namespace

template <>
const Keys<Arrivals>& keys() {
  static const Keys<Arrivals> table =
      Keys<Arrivals>("arrivals")
          .key<DecimalForm<std::int64_t, 6, 0, 1'000'000'000'000>>("per_hour", &Arrivals::per_hour_micro,
                                                                   Need::required)
          .key<ByHourForm>("by_hour", &Arrivals::by_hour_milli)
          .key<DecimalForm<std::int32_t, 3, 0, 1'000'000>>("weekend", &Arrivals::weekend_milli)
          .key<WhenForm>("from", &Arrivals::from)
          .key<WhenForm>("until", &Arrivals::until)
          .key<NumberForm<std::int64_t, 0, max_count>>("count", &Arrivals::count);
  return table;
}

template <>
const Keys<GeneratorSpec>& keys() {
  static const Keys<GeneratorSpec> table = [] {
    Keys<GeneratorSpec> t("a generator");
    t.key<NameForm>("name", &GeneratorSpec::name, Need::required)
        .key<WordForm<KindWords>>("kind", &GeneratorSpec::kind)
        .custom(
            "project",
            [](Reader& reader, const Value& value, GeneratorSpec& out) {
              out.project_said = true;
              return ProjectForm::read(reader, value, out.project);
            },
            [](const GeneratorSpec& g) { return std::optional(ProjectForm::write(g.project)); })
        .key<Section<Arrivals>>("arrivals", &GeneratorSpec::arrivals, Need::required)
        .key<DrawnGpuForm>("gpu", &GeneratorSpec::gpu)
        .key<SpreadForm>("duration", &GeneratorSpec::duration)
        .key<DecimalForm<std::int32_t, 2, 1, 100'000>>("estimate_factor", &GeneratorSpec::estimate_percent)
        .key<DrawnOutcomeForm>("outcome", &GeneratorSpec::outcome);
    add_drawn_pods(t);
    add_common_keys(t);
    return t;
  }();
  return table;
}

}  // namespace berth::scenario
