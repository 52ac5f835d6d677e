// Strict, streaming CSV (RFC 4180): one record in memory at a time, every bound checked, every fault at its
// place.
//
// Accepted: a UTF-8 byte-order mark, LF or CRLF, quoted fields with doubled quotes and line ends inside, a
// last line without an end. Refused: a quote inside an unquoted field, text after a closing quote, a lone CR,
// a NUL byte, a record of another number of fields than the header, a field name that stands twice.
#pragma once

#include <array>
#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/diagnostic.hpp"

namespace berth::formats {

inline constexpr std::size_t max_csv_record_bytes = 1 << 20;
inline constexpr std::size_t max_csv_fields = 256;
inline constexpr std::size_t max_csv_faults = 50;  // after so many the rest of the file is not read

class CsvReader {
 public:
  // `name` stands in diagnostics. The stream must outlive the reader. Faults go to `diagnostics`.
  CsvReader(std::istream& in, std::string name, Diagnostics& diagnostics);

  // The first record. False when there is none or it is malformed (reported).
  bool read_header();
  const std::vector<std::string>& header() const { return header_; }
  // Index of a column of the header.
  std::optional<std::size_t> column(std::string_view name) const;

  // The next record with as many fields as the header; malformed ones are reported and skipped. False at the
  // end.
  bool next();
  std::string_view field(std::size_t column) const;
  // Where field `column` of the current record begins.
  Place place(std::size_t column) const;
  Place header_place(std::size_t column) const;
  // Reports a fault of the current record (counted against max_csv_faults).
  void error(std::size_t column, std::string code, std::string message);

 private:
  struct Field {
    std::size_t begin = 0, end = 0;  // in text_
    int line = 0, column = 0;
  };
  enum class Got { record, malformed, end };

  int peek();
  int get();
  Got read_record();
  void skip_line();
  Got fail(int line, int column, std::string code, std::string message);
  void report(Place place, std::string code, std::string message);

  std::istream& in_;
  std::string name_;
  Diagnostics& diagnostics_;
  std::array<char, 1 << 16> buffer_{};
  std::size_t pos_ = 0, filled_ = 0;
  int line_ = 1, column_ = 1;  // of the next byte
  std::size_t faults_ = 0;
  std::string text_;  // the fields of the record, without quotes, end to end
  std::vector<Field> fields_;
  std::vector<std::string> header_;
  std::vector<int> header_columns_;
};

}  // namespace berth::formats
