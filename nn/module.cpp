#include "xgrad/nn/module.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <typeinfo>
#include <variant>

#include "xgrad/core/random.hpp"
#include "xgrad/nn/module_hooks.hpp"

namespace xg::nn {

/// A parameter or a buffer: one address as long as its module lives.
template <class T>
struct Module<T>::Entry {
  std::string name;
  bool is_parameter;
  std::variant<Variable<T>, IndexArray> value;
};

template <class T>
Module<T>::Module() = default;
template <class T>
Module<T>::~Module() = default;
template <class T>
Module<T>::Module(Module&&) noexcept = default;

template <class T>
void Module<T>::require_new(std::string_view op, const std::string& name) const {
  bool ok = !name.empty() && name.find('.') == std::string::npos;
  for (const auto& entry : entries_) ok = ok && entry->name != name;
  for (const auto& child : children_) ok = ok && child->name_ != name;
  require<ValueError>(ok, op, "name", "be new in its module, not empty and without a dot",
                      std::string_view("'" + name + "'"));
}

template <class T>
void Module<T>::adopt(std::string name, std::unique_ptr<Module> child) {
  require_new("Module.add", name);
  child->name_ = std::move(name);
  children_.push_back(std::move(child));
}

template <class T>
void Module<T>::exchange_child(std::size_t i, std::unique_ptr<Module> child) {
  child->name_ = children_[i]->name_;
  child->train(training_);
  children_[i] = std::move(child);
}

template <class T>
void Module<T>::forget(const std::string& name) {
  std::erase_if(entries_, [&](const auto& entry) { return entry->name == name; });
}

template <class T>
Variable<T>& Module<T>::own(std::string name, Variable<T> value, bool is_parameter) {
  if (value.name().empty()) value.set_name(name);
  entries_.push_back(
      std::make_unique<Entry>(Entry{std::move(name), is_parameter, std::move(value)}));
  return std::get<Variable<T>>(entries_.back()->value);
}

template <class T>
Variable<T>& Module<T>::parameter(std::string name, Variable<T> initial) {
  require_new("Module.parameter", name);
  require<ValueError>(initial.defined(), "Module.parameter", "initial", "be defined", "undefined");
  require<ValueError>(initial.is_leaf(), "Module.parameter", "initial",
                      "be a leaf, not the result of an operation", "'" + name + "'");
  initial.set_requires_grad(true);
  return own(std::move(name), std::move(initial), true);
}

template <class T>
Variable<T>& Module<T>::buffer(std::string name, Variable<T> initial) {
  require_new("Module.buffer", name);
  require<ValueError>(initial.defined(), "Module.buffer", "initial", "be defined", "undefined");
  return own(std::move(name), initial.requires_grad() ? initial.detach() : std::move(initial),
             false);
}

template <class T>
IndexArray& Module<T>::buffer(std::string name, IndexArray initial) {
  require_new("Module.buffer", name);
  entries_.push_back(std::make_unique<Entry>(Entry{std::move(name), false, std::move(initial)}));
  return std::get<IndexArray>(entries_.back()->value);
}

template <class T>
std::string Module<T>::description() const {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), &std::free);
  std::string name = status == 0 ? text.get() : typeid(*this).name();
  name = name.substr(0, name.find('<'));
  const std::size_t colon = name.rfind("::");
  return colon == std::string::npos ? name : name.substr(colon + 2);
}

template <class T>
double Module<T>::multiply_adds(const Shape&, const Shape&) const {
  return 0;
}

/// f(path, entry) for the entries of this module, then of its children.
template <class T>
template <class F>
void Module<T>::visit(const std::string& prefix, const F& f) const {
  for (const auto& entry : entries_) f(prefix + entry->name, *entry);
  for (const auto& child : children_) child->visit(prefix + child->name_ + ".", f);
}

template <class T>
auto Module<T>::named_parameters() const -> std::vector<Named> {
  std::vector<Named> found;
  visit("", [&](std::string path, const Entry& entry) {
    if (!entry.is_parameter) return;
    const auto& value = std::get<Variable<T>>(entry.value);
    const auto same = [&](const Named& other) { return other.second.same_as(value); };
    if (std::none_of(found.begin(), found.end(), same)) found.emplace_back(std::move(path), value);
  });
  return found;
}

template <class T>
Variables<T> Module<T>::parameters() const {
  Variables<T> found;
  for (auto& [path, value] : named_parameters()) found.push_back(std::move(value));
  return found;
}

template <class T>
auto Module<T>::named_buffers() const -> std::vector<Named> {
  std::vector<Named> found;
  visit("", [&](std::string path, const Entry& entry) {
    const auto* value = std::get_if<Variable<T>>(&entry.value);
    if (value != nullptr && !entry.is_parameter) found.emplace_back(std::move(path), *value);
  });
  return found;
}

template <class T>
std::vector<Module<T>*> Module<T>::children() const {
  std::vector<Module*> found;
  for (const auto& child : children_) found.push_back(child.get());
  return found;
}

template <class T>
auto Module<T>::named_modules() -> std::vector<std::pair<std::string, Module*>> {
  std::vector<std::pair<std::string, Module*>> found{{"", this}};
  for (const auto& child : children_)
    for (auto& [path, module] : child->named_modules())
      found.emplace_back(path.empty() ? child->name_ : child->name_ + "." + path, module);
  return found;
}

template <class T>
std::size_t Module<T>::parameter_count() const {
  std::size_t count = 0;
  for (const auto& value : parameters()) count += value.size();
  return count;
}

template <class T>
void Module<T>::train(bool on) {
  training_ = on;
  for (const auto& child : children_) child->train(on);
}

template <class T>
void Module<T>::requires_grad_(bool required) {
  for (auto& value : parameters()) value.set_requires_grad(required);
}

namespace {

/// Whether the text fits a pattern with * and ?. A star first takes nothing, then ever more.
bool fits(std::string_view text, std::string_view pattern) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t t = 0, p = 0, star = none, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != none) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == none;
}

}  // namespace

template <class T>
std::size_t Module<T>::requires_grad_(bool required, std::string_view pattern) {
  std::size_t count = 0;
  for (auto& [path, value] : named_parameters()) {
    if (!fits(path, pattern)) continue;
    value.set_requires_grad(required);
    ++count;
  }
  return count;
}

template <class T>
void Module<T>::zero_grad() {
  for (auto& value : parameters()) value.clear_grad();
}

template <class T>
void Module<T>::apply(const std::function<void(Module&)>& f) {
  for (const auto& child : children_) child->apply(f);
  f(*this);
}

template <class T>
StateDict Module<T>::state_dict() const {
  StateDict state;
  visit("", [&](std::string path, const Entry& entry) {
    if (const auto* value = std::get_if<Variable<T>>(&entry.value))
      state.set(std::move(path), value->value());
    else
      state.set(std::move(path), std::get<IndexArray>(entry.value));
  });
  return state;
}

namespace {

/// Why this array cannot become the value; empty if it can.
template <class T>
std::string misfit(const AnyArray& from, const Shape& shape) {
  if (shape_of(from) != shape)
    return fmt::format("expected shape {}, got {}", to_string(shape), to_string(shape_of(from)));
  if (!convertible_to<T>(from))
    return fmt::format("expected {}, got {}",
                       std::is_same_v<T, std::int64_t> ? "integers" : "floating point",
                       element_name(from));
  return {};
}

template <class T>
void assign(const AnyArray& from, Variable<T>& to, const std::string& path) {
  copy_elements<T>(from, to.mutable_value("load_state_dict"), path);
}
void assign(const AnyArray& from, IndexArray& to, const std::string& path) {
  copy_elements(from, to, path);
}

std::string list(const char* title, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += fmt::format("{}{}", text.empty() ? title : "; ", name);
  return text.empty() ? text : text + ". ";
}

}  // namespace

std::string LoadReport::text() const {
  std::string text =
      list("missing: ", missing) + list("unexpected: ", unexpected) + list("unfit: ", unfit);
  if (!text.empty()) text.resize(text.size() - 2);
  return text;
}

template <class T>
LoadReport Module<T>::load_state_dict(const StateDict& state, LoadOptions options) {
  LoadReport report;
  std::vector<std::pair<Entry*, const StateDict::Entry*>> work;
  std::map<std::string, Entry*> entries;
  visit("", [&](const std::string& path, const Entry& entry) {
    entries.emplace(path, const_cast<Entry*>(&entry));
    if (!state.contains(path)) report.missing.push_back(path);
  });
  for (const StateDict::Entry& given : state) {
    const auto found = entries.find(given.first);
    if (found == entries.end()) {
      report.unexpected.push_back(given.first);
      continue;
    }
    const auto* value = std::get_if<Variable<T>>(&found->second->value);
    const std::string reason =
        value != nullptr ? misfit<T>(given.second, value->shape())
                         : misfit<std::int64_t>(given.second,
                                                std::get<IndexArray>(found->second->value).shape());
    if (reason.empty())
      work.emplace_back(found->second, &given);
    else
      report.unfit.push_back(given.first + ": " + reason);
  }
  if (options.strict && !report.ok())
    throw ValueError(
        fmt::format("load_state_dict: state must fit the module, got {}; "
                    "strict = false leaves these out",
                    report.text()));
  for (auto& [entry, given] : work)
    std::visit([&, g = given](auto& value) { assign(g->second, value, g->first); }, entry->value);
  return report;
}

template <class T>
std::string Module<T>::summary() {
  std::vector<std::array<std::string, 3>> rows{{"module", "description", "parameters"}};
  for (const auto& [path, module] : named_modules()) {
    std::size_t own = 0;
    for (const auto& entry : module->entries_)
      if (entry->is_parameter) own += std::get<Variable<T>>(entry->value).size();
    rows.push_back({path.empty() ? "(model)" : path, module->description(),
                    own == 0 ? "" : std::to_string(own)});
  }
  std::size_t width[2] = {0, 0};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < 2; ++i) width[i] = std::max(width[i], row[i].size());
  std::string text;
  for (const auto& row : rows)
    text += fmt::format("{:<{}}  {:<{}}  {:>10}\n", row[0], width[0], row[1], width[1], row[2]);
  return text + fmt::format("{} parameters in all\n", parameter_count());
}

template <class T>
std::unique_ptr<Layer<T>> Layer<T>::fresh() const {
  throw StateError("clone: " + this->description() +
                   " does not say how to be built anew; override fresh()");
}

namespace detail {

struct KeepRandomState::Saved {
  Generator generator;
  GeneratorState state;
};
KeepRandomState::KeepRandomState()
    : saved_(new Saved{default_generator(), default_generator().state()}) {}
KeepRandomState::~KeepRandomState() { saved_->generator.set_state(saved_->state); }

template <class T>
void copy_state(const Module<T>& from, Module<T>& to) {
  to.load_state_dict(from.state_dict());
  const auto source = from.named_parameters();
  auto target = to.named_parameters();
  for (std::size_t i = 0; i < source.size() && i < target.size(); ++i)
    target[i].second.set_requires_grad(source[i].second.requires_grad());
  const auto copy_mode = [](const auto& self, const Module<T>& a, Module<T>& b) -> void {
    const auto x = a.children(), y = b.children();
    b.train(a.training());  // the children too, which then take their own
    for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) self(self, *x[i], *y[i]);
  };
  copy_mode(copy_mode, from, to);
}

}  // namespace detail

#define XG_INSTANTIATE(T)   \
  template class Module<T>; \
  template class Layer<T>;  \
  template void detail::copy_state<T>(const Module<T>&, Module<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
