#pragma once

// Internal: the bodies of RuleOptimizer, for the sources of the rules.

#include <algorithm>
#include <type_traits>

#include "xgrad/core/error.hpp"
#include "xgrad/optim/optimizer.hpp"

namespace xg::optim {

/// One parameter in the hands of a rule.
template <class T>
struct Update {
  T* p;
  const T* g;
  std::size_t n;
  Slot<T>& slot;
  T* buffer(std::size_t i) const { return slot.buffers[i].data(); }
};

namespace detail {

inline std::string key(const char* what, std::size_t i, const std::string& name) {
  return std::string(what) + "." + std::to_string(i) + "." + name;
}
template <class X>
AnyArray scalar_entry(X value) {
  if constexpr (std::is_floating_point_v<X>)
    return full_array<double>(Shape{}, value);
  else
    return full_array<std::int64_t>(Shape{}, static_cast<std::int64_t>(value));
}
template <class X>
void read_scalar(const StateDict& state, const std::string& name, X& value) {
  using Stored = std::conditional_t<std::is_floating_point_v<X>, double, std::int64_t>;
  Array<Stored> read = full_array<Stored>(Shape{}, Stored(0));
  copy_elements(state.at(name), read, name);
  value = static_cast<X>(read.data()[0]);
}

/// f(name, value) for each option.
template <class Options, class F>
void each_option(Options& options, const F& f) {
  for (const auto& option : Rule<std::remove_const_t<Options>>::options())
    std::visit([&](auto member) { f(option.name, options.*member); }, option.member);
}

template <class Options>
void check(const Options& options) {
  using R = Rule<Options>;
  for (const auto& option : R::options()) {
    if (option.range == Range::any) continue;
    const double value = options.*std::get<double Options::*>(option.member);
    if (option.range == Range::fraction)
      require<ValueError>(value >= 0 && value < 1, R::names.rule, option.name, "be in [0, 1)",
                          value);
    else
      require<ValueError>(value >= 0, R::names.rule, option.name, "be >= 0", value);
  }
  R::check_together(options);
}

}  // namespace detail

template <class T, class RuleOptions>
RuleOptimizer<T, RuleOptions>::RuleOptimizer(Variables<T> parameters, Options options) {
  add_group({std::move(parameters), std::move(options)});
}
template <class T, class RuleOptions>
RuleOptimizer<T, RuleOptions>::RuleOptimizer(std::vector<Group<T, Options>> groups) {
  for (auto& group : groups) add_group(std::move(group));
}

template <class T, class RuleOptions>
void RuleOptimizer<T, RuleOptions>::add_group(Group<T, Options> group) {
  detail::check(group.options);
  Variables<T> known = this->parameters();
  for (const Variable<T>& p : group.parameters) {
    require<ValueError>(
        p.defined() && p.is_leaf() && p.requires_grad(), Rule::names.rule, "parameter",
        "be a leaf that requires gradients",
        std::string_view(p.defined() ? "one of shape " + to_string(p.shape()) : "undefined"));
    for (const Variable<T>& other : known)
      require<ValueError>(!p.same_as(other), Rule::names.rule, "parameter", "be given once",
                          std::string_view("one twice, of shape " + to_string(p.shape())));
    known.push_back(p);
  }
  slots_.emplace_back(group.parameters.size());
  groups_.push_back(std::move(group));
}

template <class T, class RuleOptions>
const RuleOptions& RuleOptimizer<T, RuleOptions>::options(std::size_t group) const {
  require<ValueError>(group < groups_.size(), Rule::names.rule, "group",
                      "be < " + std::to_string(groups_.size()), group);
  return groups_[group].options;
}
template <class T, class RuleOptions>
void RuleOptimizer<T, RuleOptions>::set_options(std::size_t group, Options replacement) {
  (void)options(group);
  detail::check(replacement);
  groups_[group].options = replacement;
}
template <class T, class RuleOptions>
void RuleOptimizer<T, RuleOptions>::set_lr(std::size_t group, double lr) {
  Options changed = options(group);
  changed.lr = lr;
  set_options(group, changed);
}

template <class T, class RuleOptions>
void RuleOptimizer<T, RuleOptions>::step() {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Options& chosen = groups_[i].options;
    for (std::size_t j = 0; j < slots_[i].size(); ++j) {
      Variable<T>& p = groups_[i].parameters[j];
      const Variable<T> gradient = p.grad();
      if (!gradient.defined()) continue;
      Slot<T>& slot = slots_[i][j];
      const std::size_t wanted = Rule::buffer_count(chosen);
      for (std::size_t b = slot.buffers.size(); b < wanted; ++b)
        slot.buffers.push_back(full_array<T>(p.shape(), T(Rule::initial(chosen))));
      ++slot.steps;
      Array<T>& value = p.mutable_value(Rule::names.step);
      Rule::update(Update<T>{value.data(), gradient.value().data(), value.size(), slot}, chosen);
    }
  }
}

template <class T, class RuleOptions>
void RuleOptimizer<T, RuleOptions>::zero_grad() {
  for (auto& group : groups_)
    for (Variable<T>& p : group.parameters) p.clear_grad();
}

template <class T, class RuleOptions>
Variables<T> RuleOptimizer<T, RuleOptions>::parameters() const {
  Variables<T> all;
  for (const auto& group : groups_)
    all.insert(all.end(), group.parameters.begin(), group.parameters.end());
  return all;
}

// "group.0.lr" for the options, "state.3.steps", "state.3.product", "state.3.buffer0" for the
// fourth parameter, counted over all groups.
template <class T, class RuleOptions>
StateDict RuleOptimizer<T, RuleOptions>::state_dict() const {
  StateDict state;
  std::size_t k = 0;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    detail::each_option(groups_[i].options, [&](const char* name, auto value) {
      state.set(detail::key("group", i, name), detail::scalar_entry(value));
    });
    for (const Slot<T>& slot : slots_[i]) {
      state.set(detail::key("state", k, "steps"), detail::scalar_entry(slot.steps));
      state.set(detail::key("state", k, "product"), detail::scalar_entry(slot.product));
      for (std::size_t b = 0; b < slot.buffers.size(); ++b)
        state.set(detail::key("state", k, "buffer" + std::to_string(b)), slot.buffers[b]);
      ++k;
    }
  }
  return state;
}

template <class T, class RuleOptions>
void RuleOptimizer<T, RuleOptions>::load_state_dict(const StateDict& state) {
  auto groups = groups_;
  auto slots = slots_;
  std::size_t k = 0, read = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    detail::each_option(groups[i].options, [&](const char* name, auto& value) {
      detail::read_scalar(state, detail::key("group", i, name), value);
      ++read;
    });
    detail::check(groups[i].options);
    for (std::size_t j = 0; j < slots[i].size(); ++j, ++k) {
      Slot<T>& slot = slots[i][j];
      detail::read_scalar(state, detail::key("state", k, "steps"), slot.steps);
      detail::read_scalar(state, detail::key("state", k, "product"), slot.product);
      slot.buffers.clear();
      for (std::size_t b = 0;; ++b) {
        const std::string name = detail::key("state", k, "buffer" + std::to_string(b));
        const AnyArray* given = state.find(name);
        if (given == nullptr) break;
        slot.buffers.push_back(empty_array<T>(groups[i].parameters[j].shape()));
        copy_elements(*given, slot.buffers.back(), name);
      }
      read += 2 + slot.buffers.size();
    }
  }
  require<ValueError>(read == state.size(), std::string(Rule::names.rule) + ".load_state_dict",
                      "state", "have " + std::to_string(read) + " entries for these parameters",
                      state.size());
  groups_ = std::move(groups);
  slots_ = std::move(slots);
}

}  // namespace xg::optim
