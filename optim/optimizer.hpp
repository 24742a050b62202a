#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/state_dict.hpp"

namespace xg::optim {

/// What learning-rate schedules know of an optimiser: its groups' rates.
class RateHolder {
 public:
  virtual ~RateHolder() = default;
  virtual std::size_t group_count() const noexcept = 0;
  virtual double lr(std::size_t group = 0) const = 0;
  virtual void set_lr(std::size_t group, double lr) = 0;
};

/// Parameters that share options. Options are complete: copy the base and change what differs.
template <class T, class Options>
struct Group {
  Variables<T> parameters;
  Options options = {};
};

/// What every update rule does. Parameters whose grad() is undefined are left alone.
template <class T>
class Optimizer : public RateHolder {
 public:
  /// One update of every parameter from its grad(), in place and unrecorded.
  virtual void step() = 0;
  /// Makes every grad() undefined.
  virtual void zero_grad() = 0;
  virtual Variables<T> parameters() const = 0;

  /// Options and all that steps have left behind; restored, the next steps have the same bits.
  virtual StateDict state_dict() const = 0;
  /// @throws ValueError or ShapeError if it is of another kind of optimiser or other parameters;
  /// nothing has changed then.
  virtual void load_state_dict(const StateDict& state) = 0;
};

template <class T>
struct Update;

namespace detail {
enum class Range : std::uint8_t { any, not_negative, fraction };  // fraction: [0, 1)

template <class Options>
struct Option {
  const char* name;
  std::variant<double Options::*, bool Options::*> member;
  Range range = Range::any;
};

struct Names {
  const char *rule, *step;  // "Adam", "Adam.step"
};

/// An update rule, known by its options. Its source defines what is only declared here.
template <class Options>
struct Rule {
  static const Names names;
  static std::vector<Option<Options>> options();
  /// @throws ValueError where two options contradict each other.
  static void check_together(const Options&) {}
  static std::size_t buffer_count(const Options& options);
  /// Of every buffer's elements.
  static double initial(const Options&) { return 0; }
  template <class T>
  static void update(const Update<T>& u, const Options& options);
};
}  // namespace detail

/// What a rule keeps for one parameter.
template <class T>
struct Slot {
  std::int64_t steps = 0;         // including the one being made
  double product = 1;             // NAdam's running product
  std::vector<Array<T>> buffers;  // empty before the first step
};

/// The optimiser whose rule has these options.
template <class T, class RuleOptions>
class RuleOptimizer : public Optimizer<T> {
 public:
  using Options = RuleOptions;

  /// @throws ValueError on options out of range, a parameter that is undefined, does not require
  /// gradients, is no leaf or is given twice.
  explicit RuleOptimizer(Variables<T> parameters, Options options = {});
  explicit RuleOptimizer(std::vector<Group<T, Options>> groups);

  void step() override;
  void zero_grad() override;
  Variables<T> parameters() const override;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

  std::size_t group_count() const noexcept override { return groups_.size(); }
  double lr(std::size_t group = 0) const override { return options(group).lr; }
  void set_lr(std::size_t group, double lr) override;
  const Options& options(std::size_t group = 0) const;
  /// Replaces a group's options, checked as in the constructor.
  void set_options(std::size_t group, Options options);
  /// Adds parameters with options of their own.
  void add_group(Group<T, Options> group);

 private:
  using Rule = detail::Rule<Options>;

  std::vector<Group<T, Options>> groups_;
  std::vector<std::vector<Slot<T>>> slots_;  // by group and parameter
};

}  // namespace xg::optim
