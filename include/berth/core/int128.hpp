// The compilers' 128-bit integers under names that -Wpedantic accepts (g++ and clang on 64-bit machines have
// them).
#pragma once

namespace berth {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

}  // namespace berth
