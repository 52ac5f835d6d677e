#include "tools/check_report.hpp"

#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "tools/whole_file.hpp"

namespace berth::tools {
namespace {

// Text for XML; control characters, which XML cannot hold, become blanks.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c);
    }
  }
  return out;
}

}  // namespace

void CheckReport::add(CheckedCase checked) {
  failed_ += checked.result.passed ? 0 : 1;
  all_.push_back(std::move(checked));
}

std::string CheckReport::text(bool quiet) const {
  std::string out;
  for (const auto& one : all_) {
    if (quiet || one.result.passed) continue;
    out += "FAILED " + one.result.id +
           (one.name.empty() || one.name == one.result.id ? "" : ": " + one.name) + "\n";
    for (const auto& difference : one.result.differences) out += "    " + difference + "\n";
  }
  return out + std::to_string(passed()) + " passed, " + std::to_string(failed()) + " failed\n";
}

std::string CheckReport::json() const {
  records::JsonWriter out(2);
  out.begin_object()
      .key("passed")
      .integer(passed())
      .key("failed")
      .integer(failed())
      .key("cases")
      .begin_array();
  const auto list = [&](const char* name, const std::vector<std::string>& texts) {
    out.key(name).begin_array();
    for (const auto& text : texts) out.string(text);
    out.end_array();
  };
  for (const auto& one : all_) {
    out.begin_object()
        .key("file")
        .string(one.file)
        .key("id")
        .string(one.result.id)
        .key("name")
        .string(one.name);
    out.key("passed").boolean(one.result.passed);
    list("differences", one.result.differences);
    list("remarks", one.result.remarks);
    out.end_object();
  }
  out.end_array().end_object();
  return out.take() + "\n";
}

void CheckReport::write_junit(const std::string& path) const {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"berth check\" tests=\"" +
                    std::to_string(all_.size()) + "\" failures=\"" + std::to_string(failed_) + "\">\n";
  for (const auto& one : all_) {
    out += "  <testcase classname=\"" + xml(one.file) + "\" name=\"" + xml(one.result.id) + "\" time=\"" +
           print_fixed(one.micros, 6) + "\"";
    if (one.result.passed) {
      out += "/>\n";
      continue;
    }
    std::string differences;
    for (const auto& difference : one.result.differences) differences += xml(difference) + "\n";
    out += ">\n    <failure message=\"" +
           xml(one.result.differences.empty() ? one.name : one.result.differences.front()) + "\">" +
           differences + "</failure>\n  </testcase>\n";
  }
  out += "</testsuite>\n";
  write_whole_file(path, out);
}

}  // namespace berth::tools
