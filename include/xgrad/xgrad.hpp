#pragma once

// Everything a program needs: #include <xgrad/xgrad.hpp> and link xgrad::xgrad.
#include <xgrad/core/array.hpp>
#include <xgrad/core/error.hpp>
