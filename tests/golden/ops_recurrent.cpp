#include "registry.hpp"

namespace golden {

Operations recurrent_operations() { return {}; }

}  // namespace golden
