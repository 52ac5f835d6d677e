// Ctrl-C and SIGTERM: the first asks the program to stop tidily, the second ends it at once.
#pragma once

namespace berth::tools {

void catch_interrupts();
bool interrupt_asked();

}  // namespace berth::tools
