// The target of a request, taken apart: path segments and query parameters, percent-decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::records {

class Query {
 public:
  // "/api/v1/workloads?limit=5&filterBy=phase%3D%3DRunning". Nothing when an escape is broken. A `+` stays a plus: clients
  // encode blanks as %20, and instants have offsets.
  static std::optional<Query> parse(std::string_view target);

  const std::vector<std::string>& segments() const { return segments_; }
  // The first value of that name.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
  // The values of all parameters of that name, taken apart at commas; empty items are left out.
  std::vector<std::string> list(std::string_view name) const;

 private:
  std::vector<std::string> segments_;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// A parameter that is not as the contract has it: answered with 400 and this sentence.
class BadRequest {
 public:
  explicit BadRequest(std::string sentence) : sentence_(std::move(sentence)) {}
  const std::string& sentence() const { return sentence_; }

 private:
  std::string sentence_;
};

// Typed readers; all throw BadRequest.
bool read_boolean(const Query& query, std::string_view name, bool otherwise);
std::size_t read_number(const Query& query, std::string_view name, std::size_t least, std::size_t most,
                        std::size_t otherwise);
bool read_descending(const Query& query, bool otherwise);  // sortOrder
// One of an enum's literals. A Python client may send `WorkloadTelemetryType.WORKLOADS_COUNT`: what stands before the
// last dot is dropped (contract/NOTES.md section 8).
std::string read_literal(std::string_view name, std::string_view value,
                         const std::vector<std::string>& literals);

}  // namespace berth::records
