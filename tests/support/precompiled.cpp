// Carries the precompiled Catch2 header that every test file reuses; main.cpp cannot, it configures the header itself.
