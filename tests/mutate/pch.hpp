// Parsed once for all damaged files: what every family includes and none of them is damaged in.
#include <fmt/format.h>

#include <xgrad/autograd/function.hpp>
