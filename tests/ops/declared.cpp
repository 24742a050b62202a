#include "ops/declared.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace xg::test {

namespace {

/// The text without comments and without what stands in a namespace detail.
std::string public_part(const std::string& text) {
  std::string result;
  std::istringstream lines(text);
  bool internal = false;
  for (std::string line; std::getline(lines, line);) {
    for (const std::string name : {"namespace detail", "namespace xg::detail"}) {
      if (line.rfind(name, 0) == 0) internal = true;
      if (line.rfind("}  // " + name, 0) == 0) internal = false;
    }
    if (!internal) result += line.substr(0, line.find("//")) + '\n';
  }
  return result;
}

}  // namespace

std::set<std::string> declared_operations(const std::string& folder) {
  static const std::regex declaration(R"((?:^|\n|> )(?:Variables?<T>|auto)\s+([a-z]\w*)\()");
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".hpp") continue;
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const std::string code = public_part(text.str());
    for (std::sregex_iterator at(code.begin(), code.end(), declaration), end; at != end; ++at)
      if (const std::string name = (*at)[1]; name.rfind("operator", 0) != 0) names.insert(name);
  }
  return names;
}

}  // namespace xg::test
