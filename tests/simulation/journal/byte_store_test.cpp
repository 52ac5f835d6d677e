#include "berth/simulation/byte_store.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <system_error>

using namespace berth::simulation;

namespace {

std::string scratch() {
  std::string path = "/tmp/berth-byte-store-XXXXXX";
  const int handle = ::mkstemp(path.data());
  REQUIRE(handle >= 0);
  ::close(handle);
  return path;
}

std::string all_of(const ByteSource& source) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(source.size()));
  source.read(0, bytes.data(), bytes.size());
  return {bytes.begin(), bytes.end()};
}

void put(ByteSink& sink, const std::string& text) {
  sink.append(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

TEST_CASE("a file takes what memory takes") {
  const std::string path = scratch();
  MemorySink memory;
  {
    const auto file = create_file(path);
    for (ByteSink* sink : {static_cast<ByteSink*>(&memory), file.get()}) {
      put(*sink, "hello ");
      put(*sink, "world");
      sink->overwrite(0, reinterpret_cast<const std::uint8_t*>("J"), 1);
      sink->sync();
    }
  }
  CHECK(std::string(memory.bytes().begin(), memory.bytes().end()) == "Jello world");
  CHECK(all_of(*open_file(path)) == "Jello world");
  {
    const auto file = append_to_file(path, 5);
    put(*file, "!");
  }
  CHECK(all_of(*open_file(path)) == "Jello!");
  { const auto again = create_file(path); }
  CHECK(open_file(path)->size() == 0);
  ::unlink(path.c_str());
}

TEST_CASE("a file that cannot be opened is an error that names it") {
  CHECK_THROWS_WITH(open_file("/no/such/folder/file"), Catch::Contains("cannot open /no/such/folder/file"));
  CHECK_THROWS_AS(create_file("/no/such/folder/file"), std::system_error);
}
