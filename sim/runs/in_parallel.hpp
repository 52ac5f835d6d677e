// Work of many independent parts, by some threads.
#pragma once

#include <cstddef>
#include <functional>

namespace berth::runs {

// Calls work(0) .. work(count - 1), each once, from `jobs` threads (at least 1). What one throws is thrown here, that of the
// lowest number first.
void in_parallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& work);

}  // namespace berth::runs
