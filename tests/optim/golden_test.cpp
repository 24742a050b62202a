// Trajectories, schedules and clipped gradients made with PyTorch in double precision.
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <xgrad/optim/adagrad.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/schedule.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/catch.hpp"

using namespace xg::optim;
using nlohmann::json;

namespace {

json golden(const std::string& name) {
  std::ifstream file(std::string(XGRAD_GOLDEN) + "/" + name);
  return json::parse(file);
}

using Numbers = std::vector<double>;
using Rows = std::vector<Numbers>;

xg::Array<double> array(const json& j) {
  if (j.is_array() && !j.empty() && j[0].is_array()) {
    const Rows rows = j;
    auto a = xg::empty_array<double>({rows.size(), rows[0].size()});
    double* out = a.data();
    for (const auto& row : rows) out = std::copy(row.begin(), row.end(), out);
    return a;
  }
  const Numbers values = j;
  auto a = xg::empty_array<double>({values.size()});
  std::copy(values.begin(), values.end(), a.data());
  return a;
}

void require_close(const xg::Array<double>& actual, const json& expected) {
  const auto wanted = array(expected);
  REQUIRE((actual.shape() == wanted.shape()));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    CHECK(std::fabs(actual.data()[i] - wanted.data()[i]) <=
          1e-12 + 1e-10 * std::fabs(wanted.data()[i]));
}

/// The gradients of the golden problem, by hand: README of the golden cases gives the formula.
void set_gradients(const json& problem, xg::Variable<double>& w, xg::Variable<double>& b) {
  const Rows x = problem["X"], t = problem["T"];
  const double kappa = problem["kappa"];
  const std::size_t m = x.size(), in = w.shape()[0], out = w.shape()[1];
  auto dw = xg::full_array<double>(w.shape(), 0), db = xg::full_array<double>(b.shape(), 0);
  for (std::size_t r = 0; r < m; ++r)
    for (std::size_t o = 0; o < out; ++o) {
      double e = b.value()(o) - t[r][o];
      for (std::size_t i = 0; i < in; ++i) e += x[r][i] * w.value()(i, o);
      for (std::size_t i = 0; i < in; ++i) dw(i, o) += x[r][i] * e / static_cast<double>(m);
      db(o) += e / static_cast<double>(m);
    }
  for (std::size_t i = 0; i < dw.size(); ++i) dw.data()[i] -= kappa * std::sin(w.value().data()[i]);
  w.set_grad(dw);
  b.set_grad(db);
}

template <class Options>
void common(Options& o, const json& j) {
  o.lr = j.value("lr", o.lr);
  o.weight_decay = j.value("weight_decay", o.weight_decay);
  o.maximize = j.value("maximize", o.maximize);
}
template <class Options>
Options adam_like(const json& j) {
  Options o;
  common(o, j);
  if (j.contains("betas")) {
    o.beta1 = j["betas"][0];
    o.beta2 = j["betas"][1];
  }
  o.beta1 = j.value("beta1", o.beta1);
  o.beta2 = j.value("beta2", o.beta2);
  o.eps = j.value("eps", o.eps);
  if constexpr (requires { o.amsgrad; }) o.amsgrad = j.value("amsgrad", false);
  if constexpr (requires { o.momentum_decay; })
    o.momentum_decay = j.value("momentum_decay", o.momentum_decay);
  return o;
}

template <template <class> class O, class Options>
std::unique_ptr<Optimizer<double>> make(xg::Variables<double> p, std::vector<Options> o) {
  if (o.size() == 1) return std::make_unique<O<double>>(std::move(p), o[0]);
  return std::make_unique<O<double>>(
      std::vector<Group<double, Options>>{{{p[0]}, o[0]}, {{p[1]}, o[1]}});
}

std::vector<json> options_of(const json& c) {
  if (!c.contains("groups")) return {c["options"]};
  std::vector<json> all;
  for (const json& group : c["groups"]) {
    json merged = c["options"];
    merged.update(group);
    all.push_back(merged);
  }
  return all;
}

template <class Options, class F>
std::vector<Options> each(const json& c, F f) {
  std::vector<Options> all;
  for (const json& j : options_of(c)) all.push_back(f(j));
  return all;
}

SGDOptions sgd_options(const json& j) {
  SGDOptions o;
  common(o, j);
  o.momentum = j.value("momentum", j.value("mu", j.value("rho", 0.)));
  o.dampening = j.value("dampening", 0.);
  o.nesterov = j.value("nesterov", false);
  return o;
}
AdagradOptions adagrad_options(const json& j) {
  AdagradOptions o;
  common(o, j);
  o.lr_decay = j.value("lr_decay", o.lr_decay);
  o.initial_accumulator_value = j.value("initial_accumulator_value", 0.);
  o.eps = j.value("eps", o.eps);
  return o;
}
RMSpropOptions rmsprop_options(const json& j) {
  RMSpropOptions o;
  common(o, j);
  o.alpha = j.value("alpha", j.value("decay_rate", o.alpha));
  o.momentum = j.value("momentum", 0.);
  o.centered = j.value("centered", false);
  o.eps = j.value("eps", o.eps);
  return o;
}
AdadeltaOptions adadelta_options(const json& j) {
  AdadeltaOptions o;
  common(o, j);
  o.rho = j.value("rho", o.rho);
  o.eps = j.value("eps", o.eps);
  return o;
}

std::unique_ptr<Optimizer<double>> optimizer(const json& c, const xg::Variables<double>& p) {
  const std::string name = c["optimizer"];
  if (c["form"] == "lecture") {  // their epsilon is 1e-7 throughout
    json changed = c;
    changed["options"]["eps"] = 1e-7;
    changed["form"] = "torch";
    if (name == "nesterov") changed["options"]["nesterov"] = true;
    changed["optimizer"] = name == "adagrad"   ? "Adagrad"
                           : name == "rmsprop" ? "RMSprop"
                           : name == "adam"    ? "Adam"
                                               : "SGD";
    return optimizer(changed, p);
  }
  if (name == "SGD") return make<SGD, SGDOptions>(p, each<SGDOptions>(c, sgd_options));
  if (name == "Adagrad")
    return make<Adagrad, AdagradOptions>(p, each<AdagradOptions>(c, adagrad_options));
  if (name == "RMSprop")
    return make<RMSprop, RMSpropOptions>(p, each<RMSpropOptions>(c, rmsprop_options));
  if (name == "Adadelta")
    return make<Adadelta, AdadeltaOptions>(p, each<AdadeltaOptions>(c, adadelta_options));
  if (name == "Adam")
    return make<Adam, AdamOptions>(p, each<AdamOptions>(c, adam_like<AdamOptions>));
  if (name == "AdamW")
    return make<AdamW, AdamWOptions>(p, each<AdamWOptions>(c, adam_like<AdamWOptions>));
  if (name == "NAdam")
    return make<NAdam, NAdamOptions>(p, each<NAdamOptions>(c, adam_like<NAdamOptions>));
  if (name == "RAdam")
    return make<RAdam, RAdamOptions>(p, each<RAdamOptions>(c, adam_like<RAdamOptions>));
  if (name == "Adamax")
    return make<Adamax, AdamaxOptions>(p, each<AdamaxOptions>(c, adam_like<AdamaxOptions>));
  return nullptr;  // Rprop, ASGD and LBFGS are not there yet
}

}  // namespace

TEST_CASE("optimisers follow PyTorch's and the lectures' trajectories", "[optim]") {
  const json file = golden("optim.json");
  int checked = 0;
  for (const json& c : file["cases"]) {
    xg::Variable<double> w(array(file["problem"]["W0"]), true),
        b(array(file["problem"]["b0"]), true);
    const auto stepper = optimizer(c, {w, b});
    if (!stepper) continue;
    INFO(c["id"].get<std::string>());
    ++checked;
    for (const json& step : c["steps"]) {
      stepper->zero_grad();
      set_gradients(file["problem"], w, b);
      stepper->step();
      require_close(w.value(), step["W"]);
      require_close(b.value(), step["b"]);
    }
  }
  REQUIRE(checked == 30);
}

TEST_CASE("a restored optimiser goes on with the same bits", "[optim]") {
  const json file = golden("optim.json");
  for (const json& c : file["cases"]) {
    xg::Variable<double> w(array(file["problem"]["W0"]), true),
        b(array(file["problem"]["b0"]), true);
    const auto first = optimizer(c, {w, b});
    if (!first) continue;
    INFO(c["id"].get<std::string>());
    const auto advance = [&](auto& stepper, auto& x, auto& y) {
      set_gradients(file["problem"], x, y);
      stepper->step();
    };
    for (int i = 0; i < 3; ++i) advance(first, w, b);
    xg::Variable<double> w2(w.value(), true), b2(b.value(), true);
    json other = c;
    if (!other.contains("groups")) other["options"]["lr"] = 1e-5;  // is restored too
    const auto second = optimizer(other, {w2, b2});
    second->load_state_dict(first->state_dict());
    for (int i = 0; i < 3; ++i) {
      advance(first, w, b);
      advance(second, w2, b2);
    }
    CHECK((w.value() == w2.value()));
    CHECK((b.value() == b2.value()));
  }
}

TEST_CASE("schedules give PyTorch's rates", "[optim]") {
  int checked = 0;
  const json file = golden("schedulers.json");
  for (const json& c : file["cases"]) {
    const std::string name = c["scheduler"];
    const json& o = c["options"];
    xg::Variable<double> p(xg::Array<double>{1.}, true);
    SGD<double> sgd({p}, {.lr = c["base_lr"].get<double>()});
    std::unique_ptr<Schedule> schedule;
    if (name == "StepLR")
      schedule.reset(new StepLR(sgd, {.step_size = o["step_size"], .gamma = o["gamma"]}));
    if (name == "MultiStepLR")
      schedule.reset(new MultiStepLR(sgd, {.milestones = o["milestones"], .gamma = o["gamma"]}));
    if (name == "ExponentialLR") schedule.reset(new ExponentialLR(sgd, {.gamma = o["gamma"]}));
    if (name == "LinearLR")
      schedule.reset(new LinearLR(sgd, {.start_factor = o["start_factor"],
                                        .end_factor = o["end_factor"],
                                        .total_iters = o["total_iters"]}));
    if (name == "CosineAnnealingLR")
      schedule.reset(new CosineAnnealingLR(sgd, {.T_max = o["T_max"], .eta_min = o["eta_min"]}));
    if (!schedule) continue;
    ++checked;
    INFO(name);
    for (const double expected : c["lr"]) {
      CHECK(std::fabs(sgd.lr() - expected) <= 1e-15 + 1e-10 * expected);
      schedule->step();
    }
  }
  REQUIRE(checked == 6);
}

TEST_CASE("gradient clipping agrees with PyTorch's", "[optim]") {
  const json file = golden("gradutils.json");
  REQUIRE(file["cases"].size() == 5);
  for (const json& c : file["cases"]) {
    xg::Variables<double> parameters;
    for (const json& g : c["grads"]) {
      const auto gradient = array(g);
      parameters.emplace_back(gradient, true);
      parameters.back().set_grad(xg::Variable<double>(gradient));
    }
    const json& o = c["options"];
    if (c["tool"] == "clip_grad_norm") {
      const std::string type = o["norm_type"];
      const double p = type == "inf" ? std::numeric_limits<double>::infinity() : std::stod(type);
      CHECK(clip_grad_norm_(parameters, o["max_norm"].get<double>(), p) ==
            Approx(c["norm"].get<double>()).epsilon(1e-12));
    } else {
      clip_grad_value_(parameters, o["clip_value"].get<double>());
    }
    for (std::size_t i = 0; i < parameters.size(); ++i)
      require_close(parameters[i].grad().value(), c["clipped"][i]);
  }
}
