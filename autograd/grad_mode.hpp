#pragma once

namespace xg {

namespace detail {
/// Modes of this thread. Guards below change them; nothing else does.
struct Modes {
  bool record = true;           // operations on Variables that require gradients are recorded
  bool anomaly = false;         // NaN and infinity are searched for
  bool anomaly_stacks = false;  // each recorded operation notes the call stack
};
inline thread_local constinit Modes modes{};
}  // namespace detail

/// Whether operations are recorded on this thread.
inline bool grad_enabled() noexcept { return detail::modes.record; }

/// Switches recording on or off on this thread until the end of the scope, also through exceptions.
class SetGradEnabled {
 public:
  explicit SetGradEnabled(bool enabled) noexcept : before_(detail::modes.record) {
    detail::modes.record = enabled;
  }
  ~SetGradEnabled() { detail::modes.record = before_; }
  SetGradEnabled(const SetGradEnabled&) = delete;
  SetGradEnabled& operator=(const SetGradEnabled&) = delete;

 private:
  bool before_;
};

/// `NoGrad guard;` — operations in this scope leave no graph behind.
class NoGrad : SetGradEnabled {
 public:
  NoGrad() noexcept : SetGradEnabled(false) {}
};

/// `EnableGrad guard;` — recording again, inside a NoGrad scope.
class EnableGrad : SetGradEnabled {
 public:
  EnableGrad() noexcept : SetGradEnabled(true) {}
};

struct AnomalyOptions {
  bool call_stack = false;  ///< note the call stack of every forward operation (slow)
};

/// `DetectAnomaly guard;` — the first NaN or infinity, in forward or in backward, throws a
/// ValueError that names the operation, the module path and, on request, the stack of its forward
/// call. Keep it alive over forward and backward; it costs a pass over every result.
class DetectAnomaly {
 public:
  explicit DetectAnomaly(AnomalyOptions options = {}) noexcept : before_(detail::modes) {
    detail::modes.anomaly = true;
    detail::modes.anomaly_stacks = options.call_stack;
  }
  ~DetectAnomaly() {
    detail::modes.anomaly = before_.anomaly;
    detail::modes.anomaly_stacks = before_.anomaly_stacks;
  }
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

 private:
  detail::Modes before_;
};

}  // namespace xg
