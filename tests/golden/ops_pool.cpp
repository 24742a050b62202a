#include "registry.hpp"

namespace golden {

Operations pool_operations() { return {}; }

}  // namespace golden
