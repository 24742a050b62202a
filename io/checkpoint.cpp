#include "xgrad/io/checkpoint.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "xgrad/core/error.hpp"
#include "xgrad/io/file.hpp"
#include "xgrad/io/safetensors.hpp"

namespace xg::io {
namespace {

constexpr const char *format_note = "format", *format = "xgrad checkpoint 1",
                     *checksum_note = "crc32", *setting_prefix = "setting.";

using detail::require_file;

void add_bytes(uLong& sum, const void* data, std::size_t size) {
  sum = crc32_z(sum, static_cast<const Bytef*>(data), size);
}

// A text and its length: "ab", "c" is not "a", "bc".
void add_text(uLong& sum, const std::string& text) {
  add_bytes(sum, (std::to_string(text.size()) + ":").data(),
            std::to_string(text.size()).size() + 1);
  add_bytes(sum, text.data(), text.size());
}

/// Of everything that a checkpoint means: safetensors itself does not notice a flipped bit.
std::string checksum(const StateDict& state, const Metadata& notes) {
  uLong sum = crc32_z(0, nullptr, 0);
  for (const auto& [name, note] : notes) {
    if (name == checksum_note) continue;
    add_text(sum, name);
    add_text(sum, note);
  }
  for (const auto& [name, array] : state) {
    add_text(sum, name);
    add_text(sum, element_name(array) + to_string(shape_of(array)));
    std::visit([&](const auto& a) { add_bytes(sum, a.data(), a.size() * sizeof(*a.data())); },
               array);
  }
  return fmt::format("{:08x}", sum);
}

std::string note_of(const Metadata& notes, const std::string& name) {
  const auto found = notes.find(name);
  return found == notes.end() ? "none" : found->second;
}

AnyArray words(const std::vector<std::uint64_t>& values) {
  auto array = IndexArray::from_shape({values.size()});
  std::transform(values.begin(), values.end(), array.data(),
                 [](std::uint64_t value) { return std::bit_cast<std::int64_t>(value); });
  return array;
}

std::vector<std::uint64_t> words_of(const StateDict& state, const std::string& name,
                                    std::size_t count) {
  require<ValueError>(state.size() == 1, "load", "state", "have the one entry '" + name + "'",
                      state.size());
  auto array = IndexArray::from_shape({count});
  copy_elements(state.at(name), array, name);
  std::vector<std::uint64_t> values(count);
  std::transform(array.begin(), array.end(), values.begin(),
                 [](std::int64_t value) { return std::bit_cast<std::uint64_t>(value); });
  return values;
}

}  // namespace

Checkpoint& Checkpoint::add(std::string name, std::function<StateDict()> state,
                            std::function<void(const StateDict&)> load) {
  const bool taken = std::any_of(parts_.begin(), parts_.end(),
                                 [&](const Part& part) { return part.name == name; });
  require<ValueError>(!name.empty() && name.find('/') == std::string::npos && !taken, "Checkpoint",
                      "name", "be new, not empty and without '/'", "'" + name + "'");
  parts_.push_back({std::move(name), std::move(state), std::move(load)});
  return *this;
}

Checkpoint& Checkpoint::add_number(std::string name, std::function<std::uint64_t()> get,
                                   std::function<void(std::uint64_t)> set) {
  const auto state = [get = std::move(get)] {
    StateDict dict;
    dict.set("epoch", words({get()}));
    return dict;
  };
  return add(std::move(name), state, [set = std::move(set)](const StateDict& given) {
    set(words_of(given, "epoch", 1)[0]);
  });
}

Checkpoint& Checkpoint::add(std::string name, Generator generator) {
  const auto state = [generator] {
    const GeneratorState now = generator.state();
    StateDict dict;
    dict.set("state", words({now.seed, now.stream, now.counter}));
    return dict;
  };
  return add(std::move(name), state, [generator](const StateDict& given) mutable {
    const auto values = words_of(given, "state", 3);
    generator.set_state({values[0], values[1], values[2]});
  });
}

Checkpoint& Checkpoint::expect(std::string name, std::string value) {
  settings_[std::move(name)] = std::move(value);
  return *this;
}

void Checkpoint::save(const std::filesystem::path& path) const {
  StateDict all;
  for (const Part& part : parts_) {
    for (const auto& [name, array] : part.state()) all.set(part.name + "/" + name, array);
  }
  Metadata notes{{format_note, format}};
  for (const auto& [name, value] : settings_) notes[setting_prefix + name] = value;
  notes[checksum_note] = checksum(all, notes);
  save_safetensors(path, all, notes);
}

void Checkpoint::check_settings(const std::string& file, Metadata notes) const {
  for (const auto& [name, value] : settings_) {
    const std::string given = note_of(notes, setting_prefix + name);
    require_file(given == value, file, "setting '" + name + "'", "be " + value + " as in this run",
                 given);
    notes.erase(setting_prefix + name);
  }
  for (const auto& [name, value] : notes) {
    require_file(name.rfind(setting_prefix, 0) != 0, file, "settings", "be those of this run",
                 name + " = " + value);
  }
}

std::vector<StateDict> Checkpoint::by_part(const std::string& file, const StateDict& all) const {
  std::vector<StateDict> states(parts_.size());
  for (const auto& [name, array] : all) {
    const std::size_t slash = name.find('/');
    const std::string prefix = name.substr(0, slash);
    const auto part =
        std::find_if(parts_.begin(), parts_.end(), [&](const Part& p) { return p.name == prefix; });
    require_file(slash != std::string::npos && part != parts_.end(), file, "every array",
                 "belong to a part of this run", "'" + name + "'");
    states[static_cast<std::size_t>(part - parts_.begin())].set(name.substr(slash + 1), array);
  }
  return states;
}

void Checkpoint::load(const std::filesystem::path& path) const {
  const std::string file = path.string();
  const StateDict all = load_safetensors(path);
  const Metadata notes = load_safetensors_metadata(path);
  require_file(note_of(notes, format_note) == format, file, "file",
               std::string("be a checkpoint ('") + format + "')",
               "format " + note_of(notes, format_note));
  const std::string sum = checksum(all, notes);
  require_file(note_of(notes, checksum_note) == sum, file, "checksum",
               "be " + note_of(notes, checksum_note), sum + ": the file is damaged");
  check_settings(file, notes);
  const std::vector<StateDict> states = by_part(file, all);

  std::vector<StateDict> before;
  for (const Part& part : parts_) before.push_back(part.state());
  std::size_t i = 0;
  try {
    for (; i < parts_.size(); ++i) parts_[i].load(states[i]);
  } catch (const Error& error) {
    // Backwards: a schedule that is set sets the rates of the optimiser before it.
    for (std::size_t j = i + 1; j-- > 0;) parts_[j].load(before[j]);
    throw IoError(
        xg::detail::refusal(file, "part '" + parts_[i].name + "'", "fit this run", error.what()));
  }
}

}  // namespace xg::io
