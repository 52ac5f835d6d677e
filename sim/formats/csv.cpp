#include "sim/formats/csv.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/text.hpp"

namespace berth::formats {

namespace {
constexpr int end_of_file = -1;
}

CsvReader::CsvReader(std::istream& in, std::string name, Diagnostics& diagnostics)
    : in_(in), name_(std::move(name)), diagnostics_(diagnostics) {}

int CsvReader::peek() {
  if (pos_ == filled_) {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    filled_ = static_cast<std::size_t>(in_.gcount());
    pos_ = 0;
    if (filled_ == 0) return end_of_file;
  }
  return static_cast<unsigned char>(buffer_[pos_]);
}

int CsvReader::get() {
  const int c = peek();
  if (c == end_of_file) return c;
  ++pos_;
  if (c == '\n') {
    ++line_;
    column_ = 1;
  } else {
    ++column_;
  }
  return c;
}

void CsvReader::skip_line() {
  for (int c = get(); c != end_of_file && c != '\n'; c = get()) {
  }
}

void CsvReader::report(Place place, std::string code, std::string message) {
  ++faults_;
  if (faults_ > max_csv_faults) return;
  diagnostics_.error(std::move(code), std::move(place), std::move(message));
  if (faults_ == max_csv_faults) {
    diagnostics_.error("csv-too-many-faults", Place{name_, line_, 0},
                       std::to_string(max_csv_faults) + " faults in this file: the rest of it was not read");
  }
}

CsvReader::Got CsvReader::fail(int line, int column, std::string code, std::string message) {
  report(Place{name_, line, column}, std::move(code), std::move(message));
  return Got::malformed;
}

CsvReader::Got CsvReader::read_record() {
  text_.clear();
  fields_.clear();
  if (peek() == end_of_file) return Got::end;
  for (;;) {  // one field a turn
    Field field;
    field.begin = text_.size();
    field.line = line_;
    field.column = column_;
    if (fields_.size() == max_csv_fields) {
      const Got got = fail(line_, column_, "csv-too-many-fields",
                           "a record has more than " + std::to_string(max_csv_fields) + " fields");
      skip_line();
      return got;
    }
    bool quoted = false;
    if (peek() == '"') {
      quoted = true;
      get();
      for (;;) {
        const int c = get();
        if (c == end_of_file) {
          return fail(field.line, field.column, "csv-open-quote",
                      "the quoted field that begins here is never closed");
        }
        if (c == '"') {
          if (peek() != '"') break;
          get();
        }
        if (c == 0) {
          const Got got = fail(line_, column_ - 1, "csv-nul", "a NUL byte: this is not a text file");
          skip_line();
          return got;
        }
        text_.push_back(static_cast<char>(c));
        if (text_.size() > max_csv_record_bytes) {
          const Got got = fail(field.line, field.column, "csv-record-too-long",
                               "a record is longer than " + std::to_string(max_csv_record_bytes) + " bytes");
          skip_line();
          return got;
        }
      }
    }
    for (;;) {
      const int c = peek();
      if (c == end_of_file || c == '\n' || c == ',' || c == '\r') break;
      if (quoted || c == '"' || c == 0) {
        const char* code = c == 0 ? "csv-nul" : "csv-stray-quote";
        const char* message =
            c == 0   ? "a NUL byte: this is not a text file"
            : quoted ? "text after a closing quote; expected a comma or the end of the line"
                     : "a quote inside an unquoted field; quote the whole field and double the quote";
        const Got got = fail(line_, column_, code, message);
        skip_line();
        return got;
      }
      get();
      text_.push_back(static_cast<char>(c));
      if (text_.size() > max_csv_record_bytes) {
        const Got got = fail(field.line, field.column, "csv-record-too-long",
                             "a record is longer than " + std::to_string(max_csv_record_bytes) + " bytes");
        skip_line();
        return got;
      }
    }
    field.end = text_.size();
    fields_.push_back(field);
    const int line = line_;
    const int column = column_;
    const int c = get();
    if (c == ',') continue;
    if (c == end_of_file || c == '\n') return Got::record;
    // '\r'
    if (peek() == '\n' || peek() == end_of_file) {
      get();
      return Got::record;
    }
    const Got got =
        fail(line, column, "csv-lone-cr", "a carriage return that is not followed by a line feed");
    skip_line();
    return got;
  }
}

bool CsvReader::read_header() {
  if (peek() == 0xEF) {  // byte-order mark
    for (const int expected : {0xEF, 0xBB, 0xBF}) {
      if (get() != expected) {
        report(Place{name_, 1, 1}, "csv-encoding", "the file begins with bytes that are not UTF-8 text");
        return false;
      }
    }
    column_ = 1;
  }
  const Got got = read_record();
  if (got == Got::end) report(Place{name_, 0, 0}, "csv-empty", "the file is empty; expected a header line");
  if (got != Got::record) return false;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    std::string name(field(i));
    if (std::find(header_.begin(), header_.end(), name) != header_.end()) {
      report(place(i), "csv-duplicate-column",
             "column " + berth::quoted(name) + " stands twice in the header");
      return false;
    }
    header_.push_back(std::move(name));
    header_columns_.push_back(fields_[i].column);
  }
  return true;
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (header_[i] == name) return i;
  }
  return std::nullopt;
}

bool CsvReader::next() {
  while (faults_ < max_csv_faults) {
    const int line = line_;
    const Got got = read_record();
    if (got == Got::end) return false;
    if (got == Got::malformed) continue;
    if (fields_.size() == header_.size()) return true;
    report(Place{name_, line, 1}, "csv-field-count",
           "this row has " + std::to_string(fields_.size()) + (fields_.size() == 1 ? " field" : " fields") +
               "; the header has " + std::to_string(header_.size()));
  }
  return false;
}

std::string_view CsvReader::field(std::size_t column) const {
  const Field& f = fields_.at(column);
  return std::string_view(text_).substr(f.begin, f.end - f.begin);
}

Place CsvReader::place(std::size_t column) const {
  return Place{name_, fields_.at(column).line, fields_.at(column).column};
}

Place CsvReader::header_place(std::size_t column) const {
  return Place{name_, 1, header_columns_.at(column)};
}

void CsvReader::error(std::size_t column, std::string code, std::string message) {
  report(place(column), std::move(code), std::move(message));
}

}  // namespace berth::formats
