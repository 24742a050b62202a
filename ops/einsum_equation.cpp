#include "xgrad/ops/einsum_equation.hpp"

#include <algorithm>
#include <cctype>

#include "xgrad/core/error.hpp"

namespace xg::detail {

namespace {

constexpr const char* einsum_name = "einsum";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Letters, and 0 in place of "...".
Labels read_term(std::string_view term, std::string_view equation) {
  Labels labels;
  for (std::size_t i = 0; i < term.size(); ++i) {
    const bool dots = term.substr(i, 3) == "...";
    require<ValueError>(dots || is_letter(term[i]), einsum_name, "equation",
                        "hold letters, commas, '...' and one '->' alone", equation);
    labels.push_back(dots ? 0 : term[i]);
    if (dots) i += 2;
  }
  require<ValueError>(std::count(labels.begin(), labels.end(), 0) <= 1, einsum_name, "equation",
                      "have at most one '...' a term", equation);
  return labels;
}

std::vector<Labels> read_terms(std::string_view terms, std::string_view equation) {
  std::vector<Labels> list;
  while (true) {
    const std::size_t comma = terms.find(',');
    list.push_back(read_term(terms.substr(0, comma), equation));
    if (comma == std::string_view::npos) return list;
    terms.remove_prefix(comma + 1);
  }
}

void put_ellipsis(Labels& labels, std::size_t axes) {
  const auto at = std::find(labels.begin(), labels.end(), 0);
  if (at == labels.end()) return;
  Labels hidden;
  for (std::size_t i = axes; i > 0; --i)
    hidden.push_back(Equation::ellipsis + static_cast<int>(i) - 1);
  labels.insert(labels.erase(at), hidden.begin(), hidden.end());
}

/// Fills in the axes under "..."; returns how many they are at most.
std::size_t expand_operands(std::vector<Labels>& terms, const std::vector<Shape>& shapes) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool dots = std::count(terms[i].begin(), terms[i].end(), 0) == 1;
    const std::size_t named = terms[i].size() - (dots ? 1 : 0);
    require<ShapeError>(dots ? shapes[i].size() >= named : shapes[i].size() == named, einsum_name,
                        "operand " + std::to_string(i),
                        std::string("have rank ") + (dots ? ">= " : "") + std::to_string(named),
                        shapes[i]);
    most = std::max(most, shapes[i].size() - named);
    put_ellipsis(terms[i], shapes[i].size() - named);
  }
  return most;
}

Labels implicit_result(const std::vector<Labels>& terms, std::size_t hidden) {
  std::map<int, int> count;
  for (const Labels& term : terms)
    for (const int label : term) ++count[label];
  Labels result{0};
  put_ellipsis(result, hidden);
  for (const auto& [label, times] : count)
    if (label < Equation::ellipsis && times == 1) result.push_back(label);
  return result;
}

void check_result(const Equation& e, std::string_view text) {
  for (std::size_t i = 0; i < e.result.size(); ++i) {
    require<ValueError>(e.extents.count(e.result[i]) != 0, einsum_name, "equation",
                        "name letters of the operands in its result", text);
    require<ValueError>(std::count(e.result.begin(), e.result.end(), e.result[i]) == 1, einsum_name,
                        "equation", "name each letter once in its result", text);
  }
}

void find_extents(Equation& e, const std::vector<Shape>& shapes) {
  for (std::size_t i = 0; i < shapes.size(); ++i)
    for (std::size_t k = 0; k < shapes[i].size(); ++k) {
      const std::size_t n = shapes[i][k];
      std::size_t& known = e.extents.try_emplace(e.operands[i][k], n).first->second;
      if (known == 1) known = n;
      require<ShapeError>(
          n == known || n == 1, einsum_name, "operand " + std::to_string(i),
          "have extent " + std::to_string(known) + " (or 1) for " + label_text(e.operands[i][k]),
          shapes[i]);
    }
}

}  // namespace

std::string label_text(int label) {
  return label >= Equation::ellipsis ? "'...'" : std::string("'") + static_cast<char>(label) + "'";
}

Equation read_equation(std::string_view text, const std::vector<Shape>& shapes) {
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), ' '), plain.end());
  const std::size_t arrow = plain.find("->");
  const std::string_view all(plain);
  Equation e{read_terms(all.substr(0, arrow), text), {}, {}};
  require<ValueError>(e.operands.size() == shapes.size(), einsum_name, "xs",
                      "hold an operand for each term of '" + std::string(text) + "'",
                      shapes.size());
  const std::size_t hidden = expand_operands(e.operands, shapes);
  find_extents(e, shapes);
  if (arrow == std::string::npos) {
    e.result = implicit_result(e.operands, hidden);
  } else {
    e.result = read_term(all.substr(arrow + 2), text);
    put_ellipsis(e.result, hidden);
  }
  check_result(e, text);
  return e;
}

}  // namespace xg::detail
