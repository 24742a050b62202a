#include "registry.hpp"

namespace golden {

Operations attention_operations() { return {}; }

}  // namespace golden
