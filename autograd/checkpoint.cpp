#include "xgrad/autograd/checkpoint.hpp"

#include "xgrad/autograd/checkpoint_frame.hpp"

namespace xg {
namespace detail {

/// Notes the state of every Generator before its first draw.
template <class T>
struct CheckpointFrame<T>::Draws final : GeneratorObserver {
  explicit Draws(CheckpointFrame& f) : frame(f), before(set_generator_observer(this)) {}
  ~Draws() override { set_generator_observer(before); }
  void before_draw(Generator& generator) override {
    for (const auto& [known, state] : frame.generators_)
      if (known == generator) return;
    frame.generators_.emplace_back(generator, generator.state());
    if (before != nullptr) before->before_draw(generator);
  }
  CheckpointFrame& frame;
  GeneratorObserver* before;
};

template <class X>
struct Restore {
  explicit Restore(X& place, X now) : place_(place), before_(place) { place = now; }
  ~Restore() { place_ = before_; }
  X& place_;
  X before_;
};

template <class T>
CheckpointFrame<T>::CheckpointFrame(Call f, Variables<T> inputs)
    : f_(std::move(f)), inputs_(std::move(inputs)) {
  for (const Variable<T>& x : inputs_) input_versions_.push_back(x.defined() ? x.version() : 0);
}

template <class T>
Variables<T> CheckpointFrame<T>::first_run() {
  const Restore<CheckpointFrame*> frame(active_, this);
  const Draws draws(*this);
  return f_(inputs_);
}

template <class T>
std::uint32_t CheckpointFrame<T>::deposit(const Ref<Storage<T>>& storage) {
  const std::uint32_t version = storage->version.load(std::memory_order_relaxed);
  if (!recomputing_) {
    versions_.push_back(version);
    return static_cast<std::uint32_t>(versions_.size() - 1);
  }
  if (next_ >= versions_.size() || versions_[next_] != version)
    throw StateError(
        "checkpoint: the second run must save the same values as the first; it saved more, or a "
        "value "
        "was changed in place in between");
  values_[next_] = storage;
  return static_cast<std::uint32_t>(next_++);
}

template <class T>
const Ref<Storage<T>>& CheckpointFrame<T>::redeem(std::uint32_t ticket) {
  if (values_.empty() || !values_[ticket]) recompute();
  return values_[ticket];
}

template <class T>
void CheckpointFrame<T>::recompute() {
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (inputs_[i].defined() && inputs_[i].version() != input_versions_[i])
      throw StateError("checkpoint: an input was changed in place after the forward call");
  values_.assign(versions_.size(), {});
  std::vector<GeneratorState> now;
  for (auto& [generator, state] : generators_) {
    now.push_back(generator.state());
    generator.set_state(state);
  }
  const auto put_back = [&] {
    for (std::size_t i = 0; i < now.size(); ++i) generators_[i].first.set_state(now[i]);
  };
  try {
    const Restore<CheckpointFrame*> frame(active_, this);
    const Restore<bool> mode(recomputing_, true);
    const EnableGrad record;
    next_ = 0;
    f_(inputs_);
  } catch (...) {
    put_back();
    values_.clear();
    throw;
  }
  put_back();
  if (next_ == versions_.size()) return;
  values_.clear();
  throw StateError(
      "checkpoint: the second run must save the same values as the first; it saved fewer");
}

template <class T>
void CheckpointFrame<T>::forget(std::uint32_t ticket) noexcept {
  if (ticket < values_.size()) values_[ticket].reset();
}

template class CheckpointFrame<float>;
template class CheckpointFrame<double>;

}  // namespace detail

template <class T>
Variables<T> checkpoint(std::function<Variables<T>(const Variables<T>&)> f, Variables<T> inputs) {
  if (!grad_enabled() || detail::CheckpointFrame<T>::active() != nullptr) return f(inputs);
  return detail::make_ref<detail::CheckpointFrame<T>>(std::move(f), std::move(inputs))->first_run();
}

template Variables<float> checkpoint(std::function<Variables<float>(const Variables<float>&)>,
                                     Variables<float>);
template Variables<double> checkpoint(std::function<Variables<double>(const Variables<double>&)>,
                                      Variables<double>);

}  // namespace xg
