#include "registry.hpp"

namespace golden {

Operations product_operations() { return {}; }

}  // namespace golden
