// Examples of normalisation, embeddings, attention and recurrent networks. Values: PyTorch 2.15 in
// double.
#include <xgrad/xgrad.hpp>

#include "ops/example.hpp"

XG_EXAMPLE(batch_norm,
           {{3, 2},
            {1.8038842042927072, 0.01854522304399031, 2.686405284975525, 0.9443643308680291,
             1.5097105107317679, -0.21290955391201938}},
           {{2}, {0.16666666666666669, 0.1}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2}, {4, -2}, {0, 3}});
  const xg::Variable<double> weight(xg::Array<double>{0.5, -0.5});
  const xg::Variable<double> bias(xg::Array<double>{2, 0.25});
  xg::RunningStatistics<double> running{{0, 0}, {1, 1}};  // mean and variance, updated
  const auto y = batch_norm(x, weight, bias, &running);
  return {y, running.mean};
}

XG_EXAMPLE(layer_norm, {{2, 3},
                        {1.4654792342748513, 0.3836301914312873, 1.3363019143128718,
                         1.4322256984062376, 0.33111061451339463, 1.2977698322143145}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 4}, {-2, 0, 3}});
  const xg::Variable<double> weight(xg::Array<double>{0.5, -0.5, 1});
  const xg::Variable<double> bias(xg::Array<double>{2, 0.25, 0});
  return layer_norm(x, {3}, weight, bias);
}

XG_EXAMPLE(rms_norm, {{2, 3},
                      {0.18884739365012448, -0.37769478730024897, 1.5107791492009959,
                       -0.47983112915857523, 0, 1.4394933874757256}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 4}, {-2, 0, 3}});
  const xg::Variable<double> weight(xg::Array<double>{0.5, -0.5, 1});
  return rms_norm(x, {3}, weight, {.eps = 0.01});
}

XG_EXAMPLE(group_norm,
           {{2, 4},
            {-0.9999800005999799, 0.9999800005999799, 0.9999994444449074, -0.9999994444449074,
             -0.9999977777851852, 0.9999977777851852, -0.9999987500023437, 0.9999987500023437}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 4, -2}, {0, 3, 1, 5}});
  return group_norm(x, 2);  // channels 0 and 1, channels 2 and 3
}

XG_EXAMPLE(instance_norm,
           {{2, 2, 3},
            {-1.0690415314502977, -0.2672603828625746, 1.3363019143128716, -1.135548603187525,
             -0.1622212290267893, 1.2977698322143143, -1.0690415314502975, 1.3363019143128723,
             -0.26726038286257425, 1.4142100268524471, -0.7071050134262238, -0.7071050134262238}}) {
  const xg::Variable<double> x(xg::Array<double>{{{1, 2, 4}, {-2, 0, 3}}, {{0, 3, 1}, {5, 2, 2}}});
  return instance_norm(x);
}

XG_EXAMPLE(local_response_norm, {{1, 3, 2},
                                 {0.5443310539518174, 0.8773826753016617, 1.0119288512538813,
                                  -0.7071067811865475, 0, 0.8649714582957403}}) {
  const xg::Variable<double> channels(xg::Array<double>{{1, 2}, {4, -2}, {0, 3}});
  const auto x = reshape(channels, {1, 3, 2});
  return local_response_norm(x, 2, {.alpha = 0.5, .beta = 0.75, .k = 2});
}

XG_EXAMPLE(normalize, {{2, 2}, {0.6, 0.8, -0.38461538461538464, 0.9230769230769231}}) {
  const xg::Variable<double> x(xg::Array<double>{{3, 4}, {-5, 12}});
  return normalize(x);
}

XG_EXAMPLE(embedding, {{2, 2, 2}, {1, 2, 5, 6, 5, 6, 3, 4}}) {
  const xg::Variable<double> weight(xg::Array<double>{{1, 2}, {3, 4}, {5, 6}});
  const xg::IndexArray words{{0, 2}, {2, 1}};
  return embedding(words, weight);
}

XG_EXAMPLE(embedding_bag, {{2, 2}, {6, 8, 9, 12}}) {
  const xg::Variable<double> weight(xg::Array<double>{{1, 2}, {3, 4}, {5, 6}});
  const xg::IndexArray words{0, 2, 2, 1, 0}, offsets{0, 2};  // two bags: 0 2 and 2 1 0
  return embedding_bag(words, weight, {.mode = xg::BagMode::sum, .offsets = offsets});
}

XG_EXAMPLE(scaled_dot_product_attention,
           {{2, 2},
            {3.5839598709482035, 4.5839598709482035, 2.3251503553543804, 3.32515035535438}}) {
  const xg::Variable<double> q(xg::Array<double>{{1, 0}, {0, 2}});
  const xg::Variable<double> k(xg::Array<double>{{1, 1}, {0, 1}, {2, 0}});
  const xg::Variable<double> v(xg::Array<double>{{1, 2}, {3, 4}, {5, 6}});
  return scaled_dot_product_attention(q, k, v);
}

XG_EXAMPLE(scaled_dot_product_attention, {{2, 2}, {3.9242343145200196, 4.92423431452002, 3, 4}}) {
  const xg::Variable<double> q(xg::Array<double>{{1, 0}, {0, 2}});
  const xg::Variable<double> k(xg::Array<double>{{1, 1}, {0, 1}, {2, 0}});
  const xg::Variable<double> v(xg::Array<double>{{1, 2}, {3, 4}, {5, 6}});
  const xg::Array<bool> mask{{true, false, true}, {false, true, false}};
  return scaled_dot_product_attention(q, k, v, mask, {.scale = 1});
}

XG_EXAMPLE(multi_head_attention,
           {{1, 2, 2}, {0.7310585786300049, 1.8807970779778822, 0.5, 1.731058578630005}},
           {{1, 2, 2},
            {0.8059278283039436, 0.19407217169605634, 0.6155292893150024, 0.3844707106849976}}) {
  const xg::Variable<double> words(xg::Array<double>{{1, 2}, {0, 1}}),
      one(xg::Array<double>{{1, 0}, {0, 1}});
  const auto x = reshape(words, {1, 2, 2});  // one sentence of two words of two features
  const xg::MultiHeadWeights<double> weights{.in = tile(one, {3, 1}), .out = one};
  const auto y = multi_head_attention(x, x, x, weights, {}, {.heads = 2});
  return {y[0], y[1]};
}

XG_EXAMPLE(rnn_cell,
           {{2, 2},
            {-0.46211715726000974, -0.9051482536448664, 0.996997635486526, 0.46211715726000974}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, -1}, {0.5, 2}});
  const xg::Variable<double> h(xg::Array<double>{{0, 0.5}, {1, 0}});
  const xg::Variable<double> w_ih(xg::Array<double>{{0.5, 1}, {-1, 0.25}});
  const xg::Variable<double> w_hh(xg::Array<double>{{1, 0}, {0.5, -0.5}});
  return rnn_cell(x, h, w_ih, w_hh);
}

XG_EXAMPLE(lstm_cell, {{2, 1}, {0.03909234367517992, 0.37930562767947273}},
           {{2, 1}, {0.12245933120185457, 0.7079124569946255}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, -1}, {0.5, 2}});
  const auto h = reshape(xg::Variable<double>(xg::Array<double>{0.5, 1}), {2, 1});
  const auto c = reshape(xg::Variable<double>(xg::Array<double>{0, -0.5}), {2, 1});
  const xg::Variable<double> w_ih(xg::Array<double>{{0.5, 1}, {-1, 0.25}, {1, 1}, {0, 0.5}});
  const auto w_hh = reshape(xg::Variable<double>(xg::Array<double>{1, 0, 0.5, -0.5}), {4, 1});
  return lstm_cell(x, h, c, w_ih, w_hh);
}

XG_EXAMPLE(gru_cell, {{2, 1}, {0.20800964042637227, 0.997433578679771}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, -1}, {0.5, 2}});
  const auto h = reshape(xg::Variable<double>(xg::Array<double>{0.5, 1}), {2, 1});
  const xg::Variable<double> w_ih(xg::Array<double>{{0.5, 1}, {-1, 0.25}, {1, 1}});
  const auto w_hh = reshape(xg::Variable<double>(xg::Array<double>{1, 0, 0.5}), {3, 1});
  return gru_cell(x, h, w_ih, w_hh);
}

XG_EXAMPLE(rnn,
           {{3, 1, 2},
            {-0.46211715726000974, -0.8482836399575129, 0.9455366793128241, 0.19071903686579153,
             0.9599707094719897, 0.5562654078250817}},
           {{1, 1, 2}, {0.9599707094719897, 0.5562654078250817}}) {
  const xg::Variable<double> steps(xg::Array<double>{{1, -1}, {0.5, 2}, {0, 1}});
  const xg::Variable<double> w_ih(xg::Array<double>{{0.5, 1}, {-1, 0.25}});
  const xg::Variable<double> w_hh(xg::Array<double>{{1, 0}, {0.5, -0.5}});
  const auto x = reshape(steps, {3, 1, 2});  // three steps, a batch of one, two features
  const auto out = rnn(x, {}, {w_ih, w_hh}, {.bias = false});  // from a state of zeros
  return {out[0], out[1]};
}

XG_EXAMPLE(lstm, {{3, 1, 1}, {0, 0.5209864015307011, 0.4665631258295308}},
           {{1, 1, 1}, {0.4665631258295308}}, {{1, 1, 1}, {1.2003316357242455}}) {
  const xg::Variable<double> steps(xg::Array<double>{{1, -1}, {0.5, 2}, {0, 1}});
  const xg::Variable<double> w_ih(xg::Array<double>{{0.5, 1}, {-1, 0.25}, {1, 1}, {0, 0.5}});
  const auto w_hh = reshape(xg::Variable<double>(xg::Array<double>{1, 0, 0.5, -0.5}), {4, 1});
  const auto x = reshape(steps, {3, 1, 2});  // three steps, a batch of one, two features
  const auto out = lstm(x, {}, {}, {w_ih, w_hh}, {.bias = false});  // from states of zeros
  return {out[0], out[1], out[2]};
}

XG_EXAMPLE(gru, {{3, 1, 1}, {0, 0.49330714907571516, 0.6425074650954112}},
           {{1, 1, 1}, {0.6425074650954112}}) {
  const xg::Variable<double> steps(xg::Array<double>{{1, -1}, {0.5, 2}, {0, 1}});
  const xg::Variable<double> w_ih(xg::Array<double>{{0.5, 1}, {-1, 0.25}, {1, 1}});
  const auto w_hh = reshape(xg::Variable<double>(xg::Array<double>{1, 0, 0.5}), {3, 1});
  const auto x = reshape(steps, {3, 1, 2});  // three steps, a batch of one, two features
  const auto out = gru(x, {}, {w_ih, w_hh}, {.bias = false});  // from a state of zeros
  return {out[0], out[1]};
}

XG_EXAMPLE(detach, {{}, {0}}) {
  const xg::Variable<double> h(xg::Array<double>{0.5, 1}, true);
  const xg::Variables<double> state = xg::detach(xg::Variables<double>{h * h});
  return state[0].requires_grad();
}
