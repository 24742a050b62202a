#pragma once

#include <string>

// Catch2 v2 (Debian 12) keeps everything in one header, v3 (Debian 13) in several.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
namespace test {
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
}  // namespace test
#else
#include <catch2/catch.hpp>
namespace test {
inline auto contains(const std::string& text) { return Catch::Matchers::Contains(text); }
}  // namespace test
#endif
