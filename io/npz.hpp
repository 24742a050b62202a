#pragma once

#include <filesystem>
#include <string>

#include "xgrad/core/state_dict.hpp"

namespace xg::io {

/// NumPy's formats: arrays of float32, float64 and int64, row-major, little-endian.
///
///   xg::io::save_npz("model.npz", net.state_dict());
///   net.load_state_dict(xg::io::load_npz("model.npz"));
///
/// Files are written beside their name first and renamed when complete, so that a crash leaves the
/// old one. Files are read as untrusted: every length is checked before it is believed.

/// One zip of "name.npy" entries, as numpy.savez writes it. @throws IoError, naming the file.
void save_npz(const std::filesystem::path& path, const StateDict& state);
/// Reads what numpy.savez or numpy.savez_compressed wrote. Other element types (float16, int32,
/// ...), column-major arrays and entries beyond 4 GB are refused.
/// @throws IoError, naming the file, the entry and what was expected.
StateDict load_npz(const std::filesystem::path& path);

/// One array.
void save_npy(const std::filesystem::path& path, const AnyArray& array);
AnyArray load_npy(const std::filesystem::path& path);

}  // namespace xg::io
