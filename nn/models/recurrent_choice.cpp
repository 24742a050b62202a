#include "xgrad/nn/models/recurrent_choice.hpp"

namespace xg::nn::models::detail {

template <class T>
RecurrentChoice<T>::RecurrentChoice(Module<T>& owner, const std::string& name, Recurrence kind,
                                    std::size_t input, std::size_t hidden,
                                    const RecurrentChoiceOptions& o) {
  const auto complete = [&](auto options) {
    options.num_layers = o.layers;
    options.dropout = o.dropout;
    options.batch_first = o.batch_first;
    options.bidirectional = o.bidirectional;
    return options;
  };
  switch (kind) {
    case Recurrence::rnn:
      rnn_ = &owner.add(name, RNN<T>(input, hidden, complete(RNNOptions{})));
      break;
    case Recurrence::lstm:
      lstm_ = &owner.add(name, LSTM<T>(input, hidden, complete(LSTMOptions{})));
      break;
    case Recurrence::gru:
      gru_ = &owner.add(name, GRU<T>(input, hidden, complete(GRUOptions{})));
      break;
  }
}

template <class T>
auto RecurrentChoice<T>::operator()(const Variable<T>& x, const Variables<T>& state,
                                    const Lengths& lengths) const -> Result {
  const auto at = [&](std::size_t i) { return i < state.size() ? state[i] : Variable<T>(); };
  if (lstm_ != nullptr) {
    Variable<T> c0 = at(1);  // 0 where only h is given
    if (at(0).defined() && !c0.defined()) c0 = Variable<T>(full_array<T>(at(0).shape(), T(0)));
    auto [y, h, c] = (*lstm_)(x, {at(0), c0}, lengths);
    return {y, {h, c}};
  }
  auto [y, h] = rnn_ != nullptr ? (*rnn_)(x, at(0), lengths) : (*gru_)(x, at(0), lengths);
  return {y, {h}};
}

template <class T>
Evaluation<T>::Evaluation(Module<T>& model) {
  for (const auto& [path, module] : model.named_modules())
    was_training_.emplace_back(module, module->training());
  model.eval();
}
template <class T>
Evaluation<T>::~Evaluation() {
  for (const auto& [module, training] : was_training_) module->train(training);
}

#define XG_INSTANTIATE(T)            \
  template class RecurrentChoice<T>; \
  template class Evaluation<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::models::detail
