#include "sim/core/file_fault.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace berth;

TEST_CASE("file faults are told in words") {
  const auto words = [](std::errc code) { return words_of(std::make_error_code(code)); };
  CHECK(words(std::errc::permission_denied) == "permission denied");
  CHECK(words(std::errc::operation_not_permitted) == "permission denied");
  CHECK(words(std::errc::no_such_file_or_directory) == "no such file or folder");
  CHECK(words(std::errc::not_a_directory) == "a part of the path is a file, not a folder");
  CHECK(words(std::errc::is_a_directory) == "it is a folder");
  CHECK(words(std::errc::no_space_on_device) == "the disk is full");
  CHECK_FALSE(words(std::errc::io_error).empty());
  CHECK(file_fault("write", "a/b", std::make_error_code(std::errc::permission_denied)) ==
        "cannot write 'a/b': permission denied");
  const std::filesystem::filesystem_error of_files("cannot create directory", "a/b",
                                                   std::make_error_code(std::errc::not_a_directory));
  CHECK(file_fault(of_files) == "cannot use 'a/b': a part of the path is a file, not a folder");
  CHECK(file_fault(std::system_error(std::make_error_code(std::errc::is_a_directory), "cannot open x"))
            .find("cannot open x") == 0);
}
