#pragma once

// Everything a program needs: #include <xgrad/xgrad.hpp> and link xgrad::xgrad.
#include <xgrad/autograd/checkpoint.hpp>
#include <xgrad/autograd/function.hpp>
#include <xgrad/autograd/functional.hpp>
#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/variable.hpp>
#include <xgrad/core/array.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/print.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/axes.hpp>
#include <xgrad/ops/broadcast.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/extremum.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/map.hpp>
#include <xgrad/ops/maxout.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
