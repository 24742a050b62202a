#pragma once

#include <string>
#include <string_view>

namespace xg::viz {

/// The text with &, <, >, " and ' as entities: safe between tags and inside quoted attributes.
std::string escape_html(std::string_view text);

}  // namespace xg::viz
