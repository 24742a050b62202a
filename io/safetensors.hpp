#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "xgrad/core/state_dict.hpp"

namespace xg::io {

/// The format of Hugging Face's safetensors, which PyTorch programs exchange weights in: a length,
/// a JSON header with names, types, shapes and places, then the numbers. Of types float32 (F32),
/// float64 (F64) and int64 (I64).
///
///   net.load_state_dict(xg::io::load_safetensors("model.safetensors"));
///   xg::io::save_safetensors("model.safetensors", net.state_dict());
///
/// In Python: safetensors.torch.save_file(net.state_dict(), path), load_file(path).

/// Notes in the header, text to text.
using Metadata = std::map<std::string, std::string>;

/// Written beside its name, then renamed: a crash leaves the old file. @throws IoError, naming it.
void save_safetensors(const std::filesystem::path& path, const StateDict& state,
                      const Metadata& metadata = {});

/// The file is read as untrusted: nothing in the header is believed before it has been checked
/// against the size of the file, and the arrays must fill the file without holes or overlaps.
/// @throws IoError naming the file, the array and what was expected; also for other types.
StateDict load_safetensors(const std::filesystem::path& path);
/// The notes alone, under the same checks.
Metadata load_safetensors_metadata(const std::filesystem::path& path);

}  // namespace xg::io
