#pragma once

#include <functional>

#include "xgrad/nn/module.hpp"

namespace xg::nn {

/// What one module did in a forward pass.
struct ProfileRow {
  std::string path, description;
  Shape output;                ///< the shape of its (first) result
  std::size_t parameters = 0;  ///< elements of its own, its children's left out
  double multiply_adds = 0;
  std::size_t bytes = 0;  ///< of its results
};
struct Profile {
  std::vector<ProfileRow> rows;  ///< in the order the modules were done
  std::size_t parameters = 0;    ///< of the whole model, shared ones once
  double multiply_adds = 0;
  std::size_t bytes = 0;
  std::string text() const;  ///< a table
};

/// Runs the model once on zeros of this shape, in evaluation mode and without recording, and notes
/// every module that has no children or parameters of its own. Modes are put back.
///
/// Multiply-adds are those of convolutions and products of matrices (Linear, Bilinear, recurrent
/// and attention layers); what else a module does counts as none.
/// @throws what the model throws at such an input.
template <class T>
Profile profile(Layer<T>& model, const Shape& input_shape);

/// The same of any model: `run` calls it, once.
///
///   profile<float>(char_rnn, [&] { char_rnn(tokens); })
template <class T>
Profile profile(Module<T>& model, const std::function<void()>& run);

/// The same as a table: layer, output shape, parameters, multiply-adds, activation memory (bytes).
template <class T>
std::string summary(Layer<T>& model, const Shape& input_shape) {
  return profile(model, input_shape).text();
}
template <class T>
std::string summary(Module<T>& model, const std::function<void()>& run) {
  return profile(model, run).text();
}

}  // namespace xg::nn
