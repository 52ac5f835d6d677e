// What a pod asks of GPUs, in its forms.
#include <algorithm>

#include "berth/core/quantity_text.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

using workload::GpuRequest;
using workload::GpuRequestKind;
using workload::MigRequest;

constexpr std::int32_t most_devices = 100'000;  // more than any node has is a warning, not a fault

// "1g.10gb", "1g.5gb.me", and "1g", whose family is then named: a digit, then g. Whether a model has it is checked against
// the pools.
bool looks_like_profile(std::string_view text) {
  return text.size() >= 2 && text[0] >= '1' && text[0] <= '9' && text[1] == 'g' &&
         (text.size() == 2 || (text.size() >= 4 && text[2] == '.'));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_whole_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `mig: 1g.10gb`, `mig: [1g.10gb, 2g.20gb]` or `mig: {1g.10gb: 2}`.
struct MigForm {
  using type = std::vector<MigRequest>;

  static bool profile(Reader& reader, const Value& value, const std::string& text, std::int32_t count,
                      type& out) {
    if (!looks_like_profile(text))
      return reader.wrong_value(value, berth::quoted(text) + " is not a MIG profile such as 1g.10gb");
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const MigRequest& m) { return m.profile == text; });
    if (same != out.end()) {
      same->count += count;
    } else {
      out.push_back(MigRequest{text, count});
    }
    return true;
  }

  static bool read(Reader& reader, const Value& value, type& out) {
    if (value.is_scalar()) return profile(reader, value, value.text, 1, out);
    bool good = true;
    if (value.is_list()) {
      for (const Value& item : value.items) {
        const std::string* text = reader.scalar(item, "a MIG profile such as 1g.10gb");
        good &= text && profile(reader, item, *text, 1, out);
      }
    } else if (value.is_map()) {
      for (const Entry& entry : value.entries) {
        std::int32_t count = 1;
        good &= NumberForm<std::int32_t, 1, 64>::read(reader, entry.value, count) &&
                profile(reader, entry.value, entry.key, count, out);
      }
    } else {
      return reader.wrong_type(value, "a MIG profile such as 1g.10gb");
    }
    if (good && out.empty()) return reader.wrong_value(value, "no MIG profile is given");
    return good;
  }
  static Value write(const type& profiles) {
    if (profiles.size() == 1 && profiles[0].count == 1) return Value::scalar(profiles[0].profile);
    Value value = Value::map();
    for (const MigRequest& m : profiles) value.add(m.profile, Value::scalar(std::to_string(m.count)));
    return value;
  }
};

// What a GPU request may be, where it is nothing of that.
bool no_request(Reader& reader, const Value& value) {
  std::string meant;
  if (looks_like_profile(value.text)) {
    meant = "; did you mean {mig: " + value.text + "}?";
  } else if (const auto memory = parse_bytes(value.text);
             memory && !value.text.empty() && !is_digit(value.text.back())) {
    meant = "; did you mean {memory: " + value.text + "}?";
  }
  return reader.wrong_value(value,
                            berth::quoted(value.text) +
                                " is not a number of whole GPUs, nor a fraction below 1 (expected such "
                                "as 8, 0.5, {memory: 20Gi} or {mig: 1g.10gb})" +
                                meant);
}

bool read_portion(Reader& reader, const Value& value, std::int64_t& milli) {
  const std::string* text = reader.scalar(value, "a fraction of a GPU such as 0.5");
  if (!text || !take(reader, value, parse_decimal(*text, 1000), milli)) return false;
  return (milli > 0 && milli <= 1000) ||
         reader.wrong_value(
             value, berth::quoted(*text) + " is not a fraction of one GPU (expected above 0, up to 1)");
}

// The long form while it is read.
struct Ask {
  std::optional<std::int64_t> fraction;
  std::optional<Bytes> memory;
  std::vector<MigRequest> mig;
  std::int32_t devices = 1;
  std::optional<std::string> limit;
  Mark mark;
};

bool read_limit(Reader& reader, const Value& value, const Ask& ask, GpuRequest& out) {
  const Entry* entry = value.find("limit");
  if (!entry) return true;
  const Reader::Key key(reader, "limit");
  if (ask.memory) {
    Bytes limit;
    if (!BytesForm::read(reader, entry->value, limit)) return false;
    if (limit < *ask.memory)
      return reader.wrong_value(entry->value, berth::quoted(entry->value.text) + " is below the request");
    out.memory_limit = limit;
    return true;
  }
  std::int64_t limit = 0;
  if (!read_portion(reader, entry->value, limit)) return false;
  if (limit < *ask.fraction)
    return reader.wrong_value(entry->value, berth::quoted(entry->value.text) + " is below the request");
  out.portion_limit = GpuMilli(limit);
  return true;
}

bool finish(Reader& reader, const Value& value, const Ask& ask, GpuRequest& out) {
  const int forms = (ask.fraction ? 1 : 0) + (ask.memory ? 1 : 0) + (ask.mig.empty() ? 0 : 1);
  if (forms != 1) {
    std::string message = "gpu: ";
    if (forms == 0) {
      message += "expected one of 'fraction', 'memory' and 'mig'";
    } else if (!ask.mig.empty() && ask.fraction) {
      message += "MIG and a fraction asked together; they exclude each other";
    } else if (!ask.mig.empty()) {
      message += "MIG and GPU memory asked together; they exclude each other";
    } else {
      message += "a fraction and GPU memory asked together; they exclude each other";
    }
    reader.error(value.mark, "keys-exclude", std::move(message));
    return false;
  }
  if (!ask.mig.empty()) {
    if (value.find("devices") || value.find("limit")) {
      reader.error(value.mark, "keys-exclude", "gpu: 'devices' and 'limit' do not go with MIG profiles");
      return false;
    }
    out.kind = GpuRequestKind::mig;
    out.mig = ask.mig;
    return true;
  }
  if (ask.fraction) {
    // 1 is one whole GPU.
    out = *ask.fraction == 1000 ? GpuRequest::whole(ask.devices)
                                : GpuRequest::fraction(GpuMilli(*ask.fraction), ask.devices);
    if (*ask.fraction == 1000) return true;
  } else {
    if (ask.memory->value == 0) {
      reader.error(value.mark, "wrong-value", "gpu: 0 bytes of GPU memory are no request");
      return false;
    }
    // Devices are booked by whole MiB: a part of one counts as one, from here on.
    const std::int64_t mib = mebibytes(1).value;
    out = GpuRequest::memory_of(mebibytes(ask.memory->value / mib + (ask.memory->value % mib == 0 ? 0 : 1)),
                                ask.devices);
  }
  return read_limit(reader, value, ask, out);
}

const Keys<Ask>& ask_keys() {
  static const Keys<Ask> table =
      Keys<Ask>("gpu")
          .custom(
              "fraction",
              [](Reader& reader, const Value& value, Ask& out) {
                return read_portion(reader, value, out.fraction.emplace());
              },
              [](const Ask& ask) {
                return ask.fraction ? std::optional(write_decimal(*ask.fraction, 3)) : std::nullopt;
              })
          .key<BytesForm>("memory", &Ask::memory)
          .key<MigForm>("mig", &Ask::mig)
          .key<NumberForm<std::int32_t, 1, most_devices>>("devices", &Ask::devices)
          .custom(
              "limit",
              [](Reader&, const Value&, Ask&) {
                return true;
              },  // read by read_limit, in the unit of the request
              [](const Ask& ask) {
                return ask.limit ? std::optional(Value::scalar(*ask.limit)) : std::nullopt;
              });
  return table;
}

}  // namespace

std::optional<GpuRequest> gpu_of_text(std::string_view text) {
  if (looks_like_profile(text)) {
    GpuRequest gpu;
    gpu.kind = GpuRequestKind::mig;
    gpu.mig.push_back(MigRequest{std::string(text), 1});
    return gpu;
  }
  if (is_whole_number(text)) {
    const auto count = parse_integer(text, 0, most_devices);
    return count ? std::optional(GpuRequest::whole(static_cast<std::int32_t>(*count))) : std::nullopt;
  }
  const auto milli = parse_decimal(text, 1000);
  if (!milli || *milli <= 0 || *milli >= 1000) return std::nullopt;
  return GpuRequest::fraction(GpuMilli(*milli));
}

std::optional<std::string> text_of_gpu(const GpuRequest& gpu) {
  switch (gpu.kind) {
    case GpuRequestKind::none:
      return "0";
    case GpuRequestKind::whole:
      return std::to_string(gpu.devices);
    case GpuRequestKind::fraction:
      if (gpu.devices != 1 || gpu.portion_limit) return std::nullopt;
      return print_decimal(gpu.portion.value, 3);
    case GpuRequestKind::memory:
      return std::nullopt;
    case GpuRequestKind::mig:
      if (gpu.mig.size() != 1 || gpu.mig[0].count != 1) return std::nullopt;
      return gpu.mig[0].profile;
  }
  return std::nullopt;
}

bool GpuForm::read(Reader& reader, const Value& value, type& out) {
  out.mark = value.mark;
  if (value.is_scalar()) {
    if (!is_whole_number(value.text)) {
      // 0.5 is a fraction of one device.
      if (const auto gpu = gpu_of_text(value.text); gpu && gpu->kind == GpuRequestKind::fraction) {
        out.value = *gpu;
        return true;
      }
      return no_request(reader, value);
    }
    std::int64_t count = 0;
    if (!read_whole_number(reader, value, 0, most_devices, count)) return false;
    out.value = GpuRequest::whole(static_cast<std::int32_t>(count));
    return true;
  }
  if (!value.is_map())
    return reader.wrong_type(value, "a request such as 8, 0.5, {memory: 20Gi} or {mig: 1g.10gb}");
  Ask ask;
  return ask_keys().read(reader, value, ask) && finish(reader, value, ask, out.value);
}

Value GpuForm::write(const type& gpu) {
  const GpuRequest& request = gpu.value;
  Ask ask;
  ask.devices = request.devices;
  switch (request.kind) {
    case GpuRequestKind::none:
    case GpuRequestKind::whole:
      return Value::scalar(std::to_string(request.devices));
    case GpuRequestKind::fraction:
      ask.fraction = request.portion.value;
      if (request.portion_limit) ask.limit = print_decimal(request.portion_limit->value, 3);
      return ask_keys().write(ask);
    case GpuRequestKind::memory:
      ask.memory = request.memory;
      if (request.memory_limit) ask.limit = print_bytes(*request.memory_limit);
      return ask_keys().write(ask);
    case GpuRequestKind::mig: {
      Value value = Value::map();
      value.add("mig", MigForm::write(request.mig));
      return value;
    }
  }
  return Value();
}

}  // namespace berth::scenario
