#pragma once
#include <cstdint>
#include <memory>

namespace xg {

/// Where a stream of random numbers stands. Three plain numbers: store them as you like.
struct GeneratorState {
  std::uint64_t seed = 0;     ///< the key of Philox 4x32-10
  std::uint64_t stream = 0;   ///< the upper half of its counter
  std::uint64_t counter = 0;  ///< the lower half: blocks of four 32-bit words drawn so far
  friend bool operator==(const GeneratorState&, const GeneratorState&) = default;
};

/// Source of random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), a function of
/// seed, stream and counter. A fill of n elements reserves counters; each element depends on the
/// state before it and its index alone, hence not on the number of threads.
///
/// A handle: copies share one state. Safe to use from several threads; who draws first is then
/// chance.
class Generator {
 public:
  /// Streams of one seed are independent of each other.
  explicit Generator(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t seed() const { return state().seed; }
  GeneratorState state() const;
  void set_state(const GeneratorState& state);

  /// The state before, having moved the counter on by `blocks`. Every draw goes through here.
  GeneratorState reserve(std::uint64_t blocks);

  /// True if both are handles to one state.
  friend bool operator==(const Generator&, const Generator&) = default;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// What random functions use when no Generator is passed to them. Starts from a fixed seed.
Generator& default_generator();

/// Restarts the default generator at this seed, stream 0, counter 0.
void manual_seed(std::uint64_t seed);

/// Told of every draw made on its thread, before it happens: so that recomputation can draw the
/// same numbers again.
class GeneratorObserver {
 public:
  virtual ~GeneratorObserver() = default;
  virtual void before_draw(Generator& generator) = 0;
};

/// Sets this thread's observer (null: none) and returns the one before. While it is told, there is
/// none.
GeneratorObserver* set_generator_observer(GeneratorObserver* observer) noexcept;

}  // namespace xg
