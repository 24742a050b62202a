#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "xgrad/core/random.hpp"
#include "xgrad/core/state_dict.hpp"

namespace xg::io {

namespace detail {
template <class Part>
concept HasState = requires(Part& part, const StateDict& state) {
  { part.state_dict() } -> std::same_as<StateDict>;
  part.load_state_dict(state);
};
template <class Part>
concept HasEpoch = requires(Part& part) {
  part.set_epoch(part.epoch());
};
}  // namespace detail

/// A run of training in one file, from which it goes on as if it had never stopped: bit for bit.
///
///   xg::io::Checkpoint checkpoint;
///   checkpoint.add("net", net).add("optimizer", adam).add("schedule", schedule)
///       .add("loader", loader).add("random", xg::default_generator()).expect("batch", "64");
///   if (resume) checkpoint.load("run.ckpt");
///   for (auto epoch = loader.epoch(); epoch < 20; ++epoch) {
///     ...
///     checkpoint.save("run.ckpt");
///   }
///
/// Parts are referred to, not copied: they must outlive the checkpoint. The file is a safetensors
/// file of arrays "part/name" with a checksum over them and the settings in its notes. It is
/// written beside its name, then renamed: a crash leaves the one before.
class Checkpoint {
 public:
  /// Anything with state_dict() and load_state_dict(): a module, optimiser, schedule or history.
  /// @throws ValueError if the name is empty, has a '/' or is taken; so do the other two.
  template <detail::HasState Part>
  Checkpoint& add(std::string name, Part& part) {
    return add(
        std::move(name), [&part] { return part.state_dict(); },
        [&part](const StateDict& state) { part.load_state_dict(state); });
  }
  /// Anything with epoch() and set_epoch(): a DataLoader, whose orders are functions of the epoch.
  template <detail::HasEpoch Part>
  Checkpoint& add(std::string name, Part& part) {
    return add_number(
        std::move(name), [&part] { return static_cast<std::uint64_t>(part.epoch()); },
        [&part](std::uint64_t epoch) { part.set_epoch(epoch); });
  }
  /// Where a stream of random numbers stands. The handle is kept.
  Checkpoint& add(std::string name, Generator generator);

  /// A setting that a run must share to go on from this one, such as the size of its batches.
  Checkpoint& expect(std::string name, std::string value);

  /// @throws IoError if the file cannot be written.
  void save(const std::filesystem::path& path) const;
  /// Sets all parts, or none: when it throws, everything is as it was. The file is not trusted.
  /// @throws IoError, naming the file and the part or setting, if it is missing, damaged, no
  /// checkpoint, or that of another run.
  void load(const std::filesystem::path& path) const;

 private:
  struct Part {
    std::string name;
    std::function<StateDict()> state;
    std::function<void(const StateDict&)> load;
  };
  Checkpoint& add(std::string name, std::function<StateDict()> state,
                  std::function<void(const StateDict&)> load);
  Checkpoint& add_number(std::string name, std::function<std::uint64_t()> get,
                         std::function<void(std::uint64_t)> set);
  void check_settings(const std::string& file, std::map<std::string, std::string> notes) const;
  std::vector<StateDict> by_part(const std::string& file, const StateDict& all) const;

  std::vector<Part> parts_;
  std::map<std::string, std::string> settings_;
};

}  // namespace xg::io
