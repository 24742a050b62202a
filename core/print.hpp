#pragma once

// std::cout << array, as xtensor prints it. Included by xgrad.hpp: without it xtensor takes << for
// a shift and answers with pages.

#include "xgrad/core/xtensor.hpp"

#if __has_include(<xtensor/io/xio.hpp>)
#include <xtensor/io/xio.hpp>
#else
#include <xtensor/xio.hpp>
#endif
