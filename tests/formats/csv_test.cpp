#include "sim/formats/csv.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using berth::Diagnostics;
using berth::formats::CsvReader;

namespace {

struct Read {
  std::vector<std::vector<std::string>> rows;  // the header first
  std::string faults;
};

Read read(const std::string& text) {
  std::istringstream in(text);
  Diagnostics diagnostics;
  CsvReader csv(in, "t.csv", diagnostics);
  Read result;
  if (csv.read_header()) {
    result.rows.push_back(csv.header());
    while (csv.next()) {
      std::vector<std::string> row;
      for (std::size_t i = 0; i < csv.header().size(); ++i) row.emplace_back(csv.field(i));
      result.rows.push_back(std::move(row));
    }
  }
  result.faults = diagnostics.to_text();
  return result;
}

using Rows = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("CSV: fields, quotes, line ends and a byte-order mark") {
  CHECK(read("a,b\n1,2\n").rows == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(read("\xEF\xBB\xBF"
             "a,b\r\n1,2\r\n")
            .rows == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(read("a,b\n1,2").rows == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(read("a,b\n,\n").rows == Rows{{"a", "b"}, {"", ""}});
  CHECK(read("a,b\n\"x,\"\"y\"\"\nz\",2\n").rows == Rows{{"a", "b"}, {"x,\"y\"\nz", "2"}});
}

TEST_CASE("CSV: each fault has its place, and the rows after it are read") {
  const Read fields = read("a,b\n1\n1,2,3\n4,5\n");
  CHECK(fields.faults ==
        "t.csv:2:1: error: this row has 1 field; the header has 2\n"
        "t.csv:3:1: error: this row has 3 fields; the header has 2\n");
  CHECK(fields.rows == Rows{{"a", "b"}, {"4", "5"}});

  const Read quotes = read("a,b\n1,x\"y\n\"1\"2,3\n4,5\n");
  CHECK(quotes.faults ==
        "t.csv:2:4: error: a quote inside an unquoted field; quote the whole field and double the quote\n"
        "t.csv:3:4: error: text after a closing quote; expected a comma or the end of the line\n");
  CHECK(quotes.rows == Rows{{"a", "b"}, {"4", "5"}});

  CHECK(read("a,b\n1,\"2\n3,4\n").faults ==
        "t.csv:2:3: error: the quoted field that begins here is never closed\n");
  CHECK(read("a,b\n1\r2,3\n4,5\n").faults ==
        "t.csv:2:2: error: a carriage return that is not followed by a line feed\n");
  CHECK(read(std::string("a,b\n1,\0\n4,5\n", 12)).faults ==
        "t.csv:2:3: error: a NUL byte: this is not a text file\n");
  CHECK(read("").faults == "t.csv: error: the file is empty; expected a header line\n");
  CHECK(read("a,b,a\n").faults == "t.csv:1:5: error: column 'a' stands twice in the header\n");
}

TEST_CASE("CSV: what is too long is refused and what is too faulty is given up") {
  CHECK(read("a\n" + std::string(berth::formats::max_csv_record_bytes + 10, 'x') + "\ny\n").faults ==
        "t.csv:2:1: error: a record is longer than 1048576 bytes\n");
  CHECK(read(std::string(300, ',')).faults == "t.csv:1:257: error: a record has more than 256 fields\n");
  std::string many = "a,b\n";
  for (int i = 0; i < 1000; ++i) many += "1\n";
  const std::string faults = read(many).faults;
  CHECK(std::count(faults.begin(), faults.end(), '\n') == 51);
  CHECK(faults.find("50 faults in this file: the rest of it was not read") != std::string::npos);
}
