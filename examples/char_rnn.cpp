// A character model of Shakespeare's plays: an LSTM (or RNN, GRU) learns to write.
//
//   char_rnn --file input.txt            2 layers of 128, 2,000 steps: 2.55 bits a character held
//   out char_rnn --file input.txt --checkpoint run.ckpt             saved at each report; again
//   with char_rnn --file input.txt --checkpoint run.ckpt --resume    it goes on, bit for bit
//
// The text is "Tiny Shakespeare" (1,115,394 characters, from karpathy/char-rnn) or any other; its
// path also comes from the environment variable XGRAD_SHAKESPEARE. The first nine tenths are for
// training, by truncated back-propagation through time: streams are read side by side, piece by
// piece, and the state after one piece is the state before the next, without its history.
// examples/peers/char_rnn_torch.py is the same program on PyTorch; docs/examples.md has both
// figures.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>

#include <xgrad/data/text.hpp>
#include <xgrad/io/checkpoint.hpp>
#include <xgrad/xgrad.hpp>

using xg::nn::models::CharRNN;
using xg::nn::models::Recurrence;

struct Settings {
  std::string file, prompt = "\n", save, checkpoint;
  bool resume = false;
  xg::nn::models::CharRNNOptions model{.hidden = 128, .layers = 2};
  std::size_t streams = 50, length = 50, steps = 2000, report_every = 500, sample = 200;
  double lr = 2e-3, clip = 5, temperature = 0.8;
  std::uint64_t seed = 1;
  int threads = 0;
};

double bits(double loss) { return loss / std::log(2.); }

// Bits a character over a whole text, in evaluation.
double held_out_bits(CharRNN<float>& model, const xg::data::TextStreams& text) {
  const xg::NoGrad guard;
  model.eval();
  xg::Variables<float> state;
  double sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto [tokens, next] = text[i];
    auto out = model(tokens, state);
    sum += xg::nn::models::token_loss(out.logits, next).item();
    state = std::move(out.state);
  }
  model.train();
  return bits(sum / static_cast<double>(text.size()));
}

void show_sample(CharRNN<float>& model, const xg::data::Characters& characters,
                 const Settings& settings, std::size_t step) {
  if (settings.sample == 0) return;
  xg::Generator generator(settings.seed, step);  // of its own: training does not depend on it
  const auto tokens =
      model.generate(characters.encode(settings.prompt),
                     {.length = settings.sample, .temperature = settings.temperature}, generator);
  std::cout << "----\n" << settings.prompt << characters.decode(tokens) << "\n----" << std::endl;
}

// Where the run is: the steps done, and where each stream stands.
struct Position {
  std::size_t step = 0;
  xg::Variables<float> state;

  xg::StateDict state_dict() const {
    xg::StateDict all;
    all.set("step", xg::IndexArray(xg::Shape{}, static_cast<std::int64_t>(step)));
    for (std::size_t i = 0; i < state.size(); ++i)
      all.set("state." + std::to_string(i), state[i].value());
    return all;
  }
  void load_state_dict(const xg::StateDict& all) {
    step = static_cast<std::size_t>(std::get<xg::IndexArray>(all.at("step"))());
    state.clear();
    for (std::size_t i = 0; all.contains("state." + std::to_string(i)); ++i)
      state.emplace_back(std::get<xg::Array<float>>(all.at("state." + std::to_string(i))));
  }
};

// One step of truncated back-propagation; the loss.
double train_step(CharRNN<float>& model, xg::optim::Adam<float>& adam,
                  const xg::data::TextStreams& text, Position& position, double clip) {
  const std::size_t piece = position.step++ % text.size();
  if (piece == 0) position.state.clear();  // the streams begin anew
  const auto [tokens, next] = text[piece];
  auto out = model(tokens, position.state);
  const auto loss = xg::nn::models::token_loss(out.logits, next);
  adam.zero_grad();
  loss.backward();
  xg::optim::clip_grad_norm_(model.parameters(), clip);
  adam.step();
  position.state = detach(out.state);
  return loss.item();
}

void train(CharRNN<float>& model, const xg::data::TextStreams& text,
           const xg::data::TextStreams& held_out, const xg::data::Characters& characters,
           const Settings& settings) {
  xg::optim::Adam<float> adam(model.parameters(), {.lr = settings.lr});
  Position position;
  xg::io::Checkpoint checkpoint;
  checkpoint.add("model", model).add("optimizer", adam).add("position", position);
  checkpoint.add("random", xg::default_generator());
  checkpoint.expect("streams", std::to_string(settings.streams))
      .expect("length", std::to_string(settings.length))
      .expect("text", settings.file);
  if (settings.resume) checkpoint.load(settings.checkpoint);
  double loss_sum = 0, seconds = 0;
  std::size_t since = 0, steps = 0;
  while (position.step < settings.steps) {
    const auto start = std::chrono::steady_clock::now();
    loss_sum += train_step(model, adam, text, position, settings.clip);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ++since, ++steps;
    if (position.step % settings.report_every != 0 && position.step != settings.steps) continue;
    std::printf("step %5zu  training %.4f  held out %.4f bits a character  %.0f characters/s\n",
                position.step, bits(loss_sum / static_cast<double>(since)),
                held_out_bits(model, held_out),
                static_cast<double>(steps * settings.streams * settings.length) / seconds);
    std::fflush(stdout);
    show_sample(model, characters, settings, position.step);
    loss_sum = 0, since = 0;
    if (!settings.checkpoint.empty()) checkpoint.save(settings.checkpoint);
  }
  std::printf("%zu steps in %.1f s of training\n", steps, seconds);
}

void run(Settings settings) {
  if (settings.file.empty()) {
    const char* path = std::getenv("XGRAD_SHAKESPEARE");
    if (path == nullptr || *path == '\0')
      throw xg::IoError(
          "no text to learn from: give --file TEXT or set XGRAD_SHAKESPEARE to the path of Tiny "
          "Shakespeare (data/tinyshakespeare/input.txt of github.com/karpathy/char-rnn)");
    settings.file = path;
  }
  if (settings.threads > 0) xg::set_num_threads(settings.threads);
  xg::manual_seed(settings.seed);
  const std::string text = xg::data::read_text(settings.file);
  const xg::data::Characters characters(text);
  const std::size_t cut = text.size() / 10 * 9;
  const xg::data::TextStreams training(characters.encode(text.substr(0, cut)), settings.streams,
                                       settings.length);
  const xg::data::TextStreams held_out(characters.encode(text.substr(cut)), settings.streams,
                                       settings.length);
  CharRNN<float> model(characters.size(), settings.model);
  std::printf("%zu characters, %zu distinct: %.4f bits each if all were alike; %zu parameters\n",
              text.size(), characters.size(), std::log2(static_cast<double>(characters.size())),
              model.parameter_count());
  train(model, training, held_out, characters, settings);
  if (!settings.save.empty()) xg::io::save_safetensors(settings.save, model.state_dict());
}

int main(int argc, char** argv) {
  Settings settings;
  const std::map<std::string, Recurrence> kinds{
      {"rnn", Recurrence::rnn}, {"lstm", Recurrence::lstm}, {"gru", Recurrence::gru}};
  CLI::App app("Trains a character model on a text and prints samples as it learns.");
  app.add_option("--file", settings.file, "the text; else $XGRAD_SHAKESPEARE");
  app.add_option("--kind", settings.model.kind, "rnn, lstm (default) or gru")
      ->transform(CLI::CheckedTransformer(kinds));
  app.add_option("--hidden", settings.model.hidden, "states of a layer")->capture_default_str();
  app.add_option("--layers", settings.model.layers, "layers")->capture_default_str();
  app.add_option("--embedding", settings.model.embedding,
                 "width of embedded characters; 0: one-hot")
      ->capture_default_str();
  app.add_option("--dropout", settings.model.dropout, "between layers and before the output")
      ->capture_default_str();
  app.add_option("--streams", settings.streams, "parts of the text read side by side")
      ->capture_default_str();
  app.add_option("--length", settings.length, "characters of each in a step")
      ->capture_default_str();
  app.add_option("--steps", settings.steps, "steps of the optimiser")->capture_default_str();
  app.add_option("--lr", settings.lr, "step size of Adam")->capture_default_str();
  app.add_option("--clip", settings.clip, "largest norm of the gradient")->capture_default_str();
  app.add_option("--report-every", settings.report_every, "steps between two reports")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--sample", settings.sample, "characters to write at each report; 0: none")
      ->capture_default_str();
  app.add_option("--prompt", settings.prompt, "what a sample goes on from (default: a new line)");
  app.add_option("--temperature", settings.temperature, "of sampling")->capture_default_str();
  app.add_option("--save", settings.save, "safetensors file for the trained model");
  CLI::Option* checkpoint =
      app.add_option("--checkpoint", settings.checkpoint, "file to save the run in");
  app.add_flag("--resume", settings.resume, "go on from --checkpoint")->needs(checkpoint);
  app.add_option("--seed", settings.seed, "of weights and samples")->capture_default_str();
  app.add_option("--threads", settings.threads, "0: all");
  CLI11_PARSE(app, argc, argv);
  try {
    run(settings);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
