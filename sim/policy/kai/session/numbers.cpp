#include "sim/policy/kai/session/numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "berth/core/invariant.hpp"

namespace berth::policy::kai {

namespace {

// to_chars: exact, and blind to the locale.
template <class... How>
std::string printed(double value, How... how) {
  std::array<char, 512> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, how...);
  BERTH_INVARIANT(error == std::errc{}, "a number is longer than any amount can be");
  return {buffer.data(), end};
}

}  // namespace

std::string decimal(double value) {
  std::string text = printed(value, std::chars_format::fixed, 6);
  text.resize(text.size() - 3);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string amount_text(Resource resource, double amount) {
  if (amount == unlimited) return "Unlimited";
  switch (resource) {
    case Resource::cpu:
      return decimal(amount / 1000);
    case Resource::memory:
      return decimal(amount / 1e9);
    case Resource::gpu:
      break;
  }
  return decimal(amount);
}

std::string raw_number(double value) {
  const std::string scientific = printed(value, std::chars_format::scientific);
  const std::size_t e = scientific.find('e');
  const int exponent = e == std::string::npos ? 0 : std::stoi(scientific.substr(e + 1));
  // The reference's language prints a million and more with an exponent, whatever the digits.
  if (exponent < -4 || exponent >= 6) return scientific;
  return printed(value, std::chars_format::fixed);
}

std::string three_digits(double value) {
  return printed(value, std::chars_format::general, 3);
}

std::int64_t ResourceText::other(std::string_view name) const {
  for (const auto& [key, amount] : others) {
    if (key == name) return amount;
  }
  return 0;
}

bool is_mig_resource(std::string_view name) {
  return name.substr(0, 15) == "nvidia.com/mig-";
}

std::string detailed_text(const ResourceText& request) {
  std::string text =
      "GPU: " + amount_text(Resource::gpu, request.gpus) +
      ", CPU: " + amount_text(Resource::cpu, static_cast<double>(request.cpu_milli)) +
      " (cores), memory: " + amount_text(Resource::memory, static_cast<double>(request.memory_bytes)) +
      " (GB)";
  for (const auto& [name, amount] : request.others) {
    text += ", ";
    if (name == "ephemeral-storage" || name == "storage") {
      text += name + ": " + std::to_string(amount / 1'000'000'000) + " (GB)";
    } else if (is_mig_resource(name)) {
      text += "mig " + name + ": " + std::to_string(amount);
    } else {
      text += name + ": " + std::to_string(amount);
    }
  }
  return text;
}

}  // namespace berth::policy::kai
