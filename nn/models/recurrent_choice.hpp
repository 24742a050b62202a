#pragma once

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/nn/recurrent.hpp"

namespace xg::nn::models {

/// Which recurrence a model is built on.
enum class Recurrence : std::uint8_t { rnn, lstm, gru };

namespace detail {

struct RecurrentChoiceOptions {
  std::size_t layers = 1;
  double dropout = 0;
  bool batch_first = false;
  bool bidirectional = false;
};

/// A child of its owner that is an RNN, an LSTM or a GRU; its state is {h}, or {h, c} of an LSTM.
template <class T>
class RecurrentChoice {
 public:
  struct Result {
    Variable<T> y;
    Variables<T> state;
  };

  RecurrentChoice(Module<T>& owner, const std::string& name, Recurrence kind, std::size_t input,
                  std::size_t hidden, const RecurrentChoiceOptions& options);
  /// @param state  empty: zeros; an LSTM's may be {h} alone.
  Result operator()(const Variable<T>& x, const Variables<T>& state = {},
                    const Lengths& lengths = all_steps()) const;

 private:
  RNN<T>* rnn_ = nullptr;
  LSTM<T>* lstm_ = nullptr;
  GRU<T>* gru_ = nullptr;
};

/// All modules of a model in evaluation, until the end of the scope; no graph is recorded.
template <class T>
class Evaluation {
 public:
  explicit Evaluation(Module<T>& model);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

 private:
  NoGrad guard_;
  std::vector<std::pair<Module<T>*, bool>> was_training_;  // parents first
};

}  // namespace detail
}  // namespace xg::nn::models
