#pragma once

// All losses, by subject.
#include "xgrad/ops/distance.hpp"
#include "xgrad/ops/loss_classification.hpp"
#include "xgrad/ops/loss_ctc.hpp"
#include "xgrad/ops/loss_margin.hpp"
#include "xgrad/ops/loss_probability.hpp"
#include "xgrad/ops/loss_regression.hpp"
