#pragma once

// Internal: how saves become tickets inside a checkpoint.

#include <functional>
#include <memory>
#include <vector>

#include "xgrad/autograd/context.hpp"
#include "xgrad/core/random.hpp"

namespace xg::detail {

/// One checkpointed call: its function and inputs, and a ticket for each value it would have saved.
template <class T>
class CheckpointFrame final : public Recomputation<T> {
 public:
  using Call = std::function<Variables<T>(const Variables<T>&)>;
  CheckpointFrame(Call f, Variables<T> inputs);

  /// The frame that saves of this thread belong to; null outside checkpoints.
  static CheckpointFrame* active() noexcept { return active_; }

  Variables<T> first_run();
  /// First run: gives a ticket and notes the version. Second run: keeps the value under the next
  /// one.
  std::uint32_t deposit(const Ref<Storage<T>>& storage);
  bool recomputing() const noexcept { return recomputing_; }
  /// The value behind a ticket, computing all of them again if need be.
  const Ref<Storage<T>>& redeem(std::uint32_t ticket) override;
  void forget(std::uint32_t ticket) noexcept override;

 private:
  struct Draws;
  void recompute();

  static inline thread_local constinit CheckpointFrame* active_ = nullptr;
  Call f_;
  Variables<T> inputs_;
  std::vector<std::uint32_t> input_versions_;
  std::vector<std::uint32_t> versions_;                           // by ticket, at the first run
  std::vector<Ref<Storage<T>>> values_;                           // by ticket, after the second run
  std::vector<std::pair<Generator, GeneratorState>> generators_;  // state before their first draw
  bool recomputing_ = false;
  std::size_t next_ = 0;
};

}  // namespace xg::detail
