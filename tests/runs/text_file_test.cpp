#include "sim/runs/text_file.hpp"

#include <catch2/catch.hpp>

#include "sim/runs/input_error.hpp"
#include "tests/support/folder.hpp"

using namespace berth;

TEST_CASE("a file is read byte for byte, an empty one too") {
  const tests::Folder folder;
  const std::string text = std::string("a\r\n\0b\xff", 6);
  CHECK(runs::text_of_file(folder.write("some", text)) == text);
  CHECK(runs::text_of_file(folder.write("empty", "")).empty());
}

TEST_CASE("a file that cannot be read is told with the reason") {
  const tests::Folder folder;
  CHECK_THROWS_WITH(runs::text_of_file(folder.path("none")),
                    "cannot read '" + folder.path("none") + "': no such file or folder");
  CHECK_THROWS_WITH(runs::text_of_file(folder.path()), "cannot read '" + folder.path() + "': it is a folder");
  CHECK_THROWS_AS(runs::text_of_file(""), runs::InputError);
}
