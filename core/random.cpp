#include <xgrad/core/random.hpp>

#include <mutex>
#include <utility>

namespace xg {
namespace {

thread_local GeneratorObserver* current_observer = nullptr;

constexpr std::uint64_t kDefaultSeed = 20120413;

void tell_observer(Generator& generator) {
  // The observer may draw by itself, or throw: neither may tell it again, or lose it.
  struct Restore {
    GeneratorObserver* observer = std::exchange(current_observer, nullptr);
    ~Restore() { current_observer = observer; }
  } const told;
  told.observer->before_draw(generator);
}

}  // namespace

struct Generator::Shared {
  std::mutex mutex;
  GeneratorState state;
};

Generator::Generator(std::uint64_t seed, std::uint64_t stream)
    : shared_(std::make_shared<Shared>()) {
  shared_->state = {seed, stream, 0};
}

GeneratorState Generator::state() const {
  const std::lock_guard<std::mutex> guard(shared_->mutex);
  return shared_->state;
}

void Generator::set_state(const GeneratorState& state) {
  const std::lock_guard<std::mutex> guard(shared_->mutex);
  shared_->state = state;
}

GeneratorState Generator::reserve(std::uint64_t blocks) {
  if (current_observer != nullptr) tell_observer(*this);
  const std::lock_guard<std::mutex> guard(shared_->mutex);
  GeneratorState before = shared_->state;
  shared_->state.counter += blocks;
  return before;
}

Generator& default_generator() {
  static Generator generator(kDefaultSeed);
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().set_state({seed, 0, 0}); }

GeneratorObserver* set_generator_observer(GeneratorObserver* observer) noexcept {
  return std::exchange(current_observer, observer);
}

}  // namespace xg
