#include "xgrad/nn/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "xgrad/autograd/grad_mode.hpp"

namespace xg::nn {
namespace {

/// Modes and hooks of a model, put back at the end of the scope.
template <class T>
class Watch {
 public:
  Watch(Module<T>& model, Profile& result) {
    for (const auto& [path, module] : model.named_modules()) {
      modes_.emplace_back(module, module->training());
      const std::size_t own = own_parameters(*module);
      if (own > 0 || module->children().empty()) observe(path, *module, own, result);
    }
    model.eval();
  }
  ~Watch() {
    for (HookHandle& hook : hooks_) hook.remove();
    for (auto& [module, training] : modes_) module->train(training);  // parents first
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  static std::size_t own_parameters(const Module<T>& module) {
    std::size_t count = 0;
    for (const auto& [name, value] : module.named_parameters())
      if (name.find('.') == std::string::npos) count += value.size();
    return count;
  }
  void observe(const std::string& path, Module<T>& module, std::size_t own, Profile& result) {
    hooks_.push_back(
        module.register_forward_hook([path, own, &result](Module<T>& m, const Variables<T>& in,
                                                          const Variables<T>& out) -> Variables<T> {
          ProfileRow row{path, m.description(), {}, own, 0, 0};
          for (const Variable<T>& y : out)
            if (y.defined()) row.bytes += y.size() * sizeof(T);
          if (!out.empty() && out[0].defined()) row.output = out[0].shape();
          if (!in.empty() && in[0].defined())
            row.multiply_adds = m.multiply_adds(in[0].shape(), row.output);
          result.rows.push_back(std::move(row));
          return {};
        }));
  }

  std::vector<std::pair<Module<T>*, bool>> modes_;
  std::vector<HookHandle> hooks_;
};

}  // namespace

template <class T>
Profile profile(Layer<T>& model, const Shape& input_shape) {
  return profile<T>(model, [&] { model(Variable<T>(full_array<T>(input_shape, T(0)))); });
}

template <class T>
Profile profile(Module<T>& model, const std::function<void()>& run) {
  Profile result;
  const NoGrad guard;
  const Watch<T> watch(model, result);
  run();
  result.parameters = model.parameter_count();
  for (const ProfileRow& row : result.rows) {
    result.multiply_adds += row.multiply_adds;
    result.bytes += row.bytes;
  }
  return result;
}

std::string Profile::text() const {
  std::vector<std::array<std::string, 6>> lines{
      {"layer", "description", "output", "parameters", "multiply-adds", "bytes"}};
  const auto number = [](double n) { return n == 0 ? std::string() : fmt::format("{:.0f}", n); };
  for (const ProfileRow& row : rows)
    lines.push_back({row.path, row.description, to_string(row.output),
                     number(static_cast<double>(row.parameters)), number(row.multiply_adds),
                     std::to_string(row.bytes)});
  lines.push_back(
      {"in all", "", "", std::to_string(parameters), number(multiply_adds), std::to_string(bytes)});
  std::size_t width[6] = {};
  for (const auto& line : lines)
    for (std::size_t i = 0; i < 6; ++i) width[i] = std::max(width[i], line[i].size());
  std::string text;
  for (const auto& line : lines)
    text += fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>{}}  {:>{}}  {:>{}}\n", line[0], width[0],
                        line[1], width[1], line[2], width[2], line[3], width[3], line[4], width[4],
                        line[5], width[5]);
  return text;
}

template Profile profile<float>(Layer<float>&, const Shape&);
template Profile profile<double>(Layer<double>&, const Shape&);
template Profile profile<float>(Module<float>&, const std::function<void()>&);
template Profile profile<double>(Module<double>&, const std::function<void()>&);

}  // namespace xg::nn
