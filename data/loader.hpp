#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <xgrad/core/array.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/data/images.hpp>
#include <xgrad/data/prefetch.hpp>
#include <xgrad/data/rows.hpp>

namespace xg::data {

struct LoaderOptions {
  std::size_t batch_size = 32;  ///< examples in a batch, >= 1
  bool shuffle = true;          ///< a new order each epoch; else the order given
  std::uint64_t seed = 0;       ///< of the orders and of what the transform draws
  bool drop_last = false;       ///< leave out a last batch of fewer examples
  std::size_t prefetch = 2;     ///< batches prepared in advance on a thread; 0: no thread
};

namespace detail {

struct LoaderPlan {
  std::size_t examples = 0;
  LoaderOptions options;
  LoaderPlan(const std::vector<Shape>& shapes, const LoaderOptions& options);  // checks
  std::size_t batches() const;
  /// The order of an epoch; a function of seed and epoch.
  std::vector<std::int64_t> order(std::uint64_t epoch) const;
  /// What the transform of one batch draws from; a function of seed, epoch and batch.
  Generator generator(std::uint64_t epoch, std::size_t batch) const;
  std::size_t batch_rows(std::size_t batch) const;
};

}  // namespace detail

/// Cuts arrays that share their first axis into batches, epoch by epoch.
///
///   xg::data::DataLoader loader(train, {.batch_size = 64, .seed = 1});
///   for (int epoch = 0; epoch < 10; ++epoch) {
///     for (auto [images, labels] : loader) { ... }        // each range-for is the next epoch
///   }
///
/// Orders and batches are functions of seed and epoch alone, whatever `prefetch` is. Batches are
/// prepared ahead on a thread; leaving an epoch early ends it. What the transform throws arrives at
/// the caller when it asks for the batch concerned.
/// The data are shared, not copied, between epochs; copies of a loader share them as well.
///
/// @tparam Arrays  Array<float>, Array<double> or IndexArray, one for each part of an example.
template <class... Arrays>
class DataLoader {
 public:
  using Batch = std::tuple<Arrays...>;
  /// May change a batch, on the loader's thread: augmentation, normalisation.
  using Transform = std::function<void(Batch& batch, Generator& generator)>;
  class Epoch;

  /// @throws ValueError if batch_size is 0; ShapeError if an array is a scalar or the first extents
  ///         differ.
  explicit DataLoader(Batch arrays, LoaderOptions options = {}, Transform transform = nullptr)
      : plan_(shapes_of(arrays), options),
        source_(std::make_shared<const Source>(Source{std::move(arrays), std::move(transform)})) {}

  template <class T>
  explicit DataLoader(LabelledImages<T> set, LoaderOptions options = {},
                      Transform transform = nullptr)
      : DataLoader(Batch(std::move(set.images), std::move(set.labels)), options,
                   std::move(transform)) {}

  /// Batches in an epoch, and examples in the data.
  std::size_t size() const { return plan_.batches(); }
  std::size_t example_count() const { return plan_.examples; }

  /// Number of the epoch that the next begin() starts, from 0. Set it to resume.
  std::uint64_t epoch() const { return epoch_; }
  void set_epoch(std::uint64_t epoch) { epoch_ = epoch; }

  /// Starts the next epoch. It lives on its own: the loader may be asked for another meanwhile.
  Epoch begin() { return Epoch(plan_, source_, epoch_++); }
  std::default_sentinel_t end() const { return {}; }

 private:
  struct Source {
    Batch arrays;
    Transform transform;
  };
  static std::vector<Shape> shapes_of(const Batch& arrays) {
    return std::apply([](const auto&... a) { return std::vector<Shape>{Shape(a.shape())...}; },
                      arrays);
  }

  detail::LoaderPlan plan_;
  std::shared_ptr<const Source> source_;
  std::uint64_t epoch_ = 0;
};

template <class T>
explicit DataLoader(LabelledImages<T>) -> DataLoader<Array<T>, IndexArray>;
template <class T>
explicit DataLoader(LabelledImages<T>, LoaderOptions) -> DataLoader<Array<T>, IndexArray>;
template <class T, class F>
explicit DataLoader(LabelledImages<T>, LoaderOptions, F) -> DataLoader<Array<T>, IndexArray>;

/// The iterator of one epoch: moves, does not copy. `*it` gives its batch away, so take it once.
template <class... Arrays>
class DataLoader<Arrays...>::Epoch {
 public:
  using value_type = Batch;
  using difference_type = std::ptrdiff_t;

  Epoch(const detail::LoaderPlan& plan, std::shared_ptr<const Source> source, std::uint64_t epoch)
      : state_(std::make_unique<State>(plan, std::move(source), epoch)) {
    ++*this;
  }

  Batch&& operator*() const { return std::move(state_->current); }
  Epoch& operator++() {
    State& s = *state_;
    s.done = !s.queue.next([&s](std::size_t slot) { s.current = std::move(s.slots[slot]); });
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Epoch& epoch, std::default_sentinel_t) { return epoch.state_->done; }

 private:
  struct State {
    State(const detail::LoaderPlan& loader, std::shared_ptr<const Source> from,
          std::uint64_t number)
        : plan(loader),
          source(std::move(from)),
          epoch(number),
          order(plan.order(number)),
          slots(std::max<std::size_t>(1, plan.options.prefetch)),
          queue(plan.batches(), plan.options.prefetch,
                [this](std::size_t slot, std::size_t batch) { make(slots[slot], batch); }) {}

    void make(Batch& slot, std::size_t batch) const {
      const std::int64_t* rows = order.data() + batch * plan.options.batch_size;
      const std::size_t count = plan.batch_rows(batch);
      slot = std::apply(
          [&](const auto&... a) { return Batch(detail::gather_rows(a, rows, count)...); },
          source->arrays);
      if (!source->transform) return;
      Generator generator = plan.generator(epoch, batch);
      source->transform(slot, generator);
    }

    detail::LoaderPlan plan;
    std::shared_ptr<const Source> source;
    std::uint64_t epoch;
    std::vector<std::int64_t> order;
    std::vector<Batch> slots;
    Batch current;
    bool done = false;
    detail::Prefetch queue;  // last: its thread ends before what it uses goes
  };
  std::unique_ptr<State> state_;
};

}  // namespace xg::data
