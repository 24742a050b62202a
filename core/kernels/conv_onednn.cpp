#include <xgrad/core/kernels/conv_backend.hpp>

#ifdef XGRAD_WITH_ONEDNN
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>

#include <xgrad/core/kernels/onednn_backend.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

using dnnl::memory;
using Dims = memory::dims;
using Desc = memory::desc;
using Tag = memory::format_tag;

enum class Pass : std::size_t { forward, data, weights };

// Never destroyed: the order among statics, oneDNN's and the pool's, would be chance.
const dnnl::engine& engine() {
  static const auto* const cpu = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *cpu;
}

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

/// Descriptions of x, w, y and b, row-major or in the layout that oneDNN likes best.
struct Arrays {
  Dims x, w, y, b, stride, dilation, before, after;
  explicit Arrays(const Convolution& c)
      : x{extent(c.batch), extent(c.in_channels)},
        y{extent(c.batch), extent(c.out_channels)},
        b{extent(c.out_channels)} {
    if (c.groups > 1) w.push_back(extent(c.groups));
    w.push_back(extent(c.out_channels / c.groups));
    w.push_back(extent(c.in_channels / c.groups));
    for (std::size_t i = 0; i < c.rank; ++i) {
      x.push_back(extent(c.in[i]));
      y.push_back(extent(c.out[i]));
      w.push_back(extent(c.kernel[i]));
      stride.push_back(extent(c.stride[i]));
      dilation.push_back(extent(c.dilation[i]) - 1);  // oneDNN counts the gaps
      before.push_back(extent(c.padding[i]));
      // What makes the outputs wanted just fit.
      after.push_back((y.back() - 1) * stride.back() + (w.back() - 1) * extent(c.dilation[i]) + 1 -
                      x.back() - before.back());
    }
  }
  static Desc plain(const Dims& dims) {
    static constexpr Tag tags[] = {Tag::a, Tag::ab, Tag::abc, Tag::abcd, Tag::abcde, Tag::abcdef};
    return Desc(dims, memory::data_type::f32, tags[dims.size() - 1]);
  }
  static Desc any(const Dims& dims) { return Desc(dims, memory::data_type::f32, Tag::any); }
};

// oneDNN 2 describes an operation first, oneDNN 3 makes its primitive at once.
template <class Primitive, class Kind, class... Hint>
typename Primitive::primitive_desc describe(Kind kind, dnnl::algorithm algorithm, const Arrays& a,
                                            const Desc& bias, const Hint&... hint) {
  const Desc x = Arrays::any(a.x), w = Arrays::any(a.w), y = Arrays::any(a.y);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
#if DNNL_VERSION_MAJOR >= 3
  if constexpr (std::is_same_v<Primitive, dnnl::convolution_forward>)
    return {engine(), kind,     algorithm,  x,        w,       bias,
            y,        a.stride, a.dilation, a.before, a.after, attributes};
  else if constexpr (std::is_same_v<Primitive, dnnl::convolution_backward_data>)
    return {engine(),   algorithm, x,       w,       y,         a.stride,
            a.dilation, a.before,  a.after, hint..., attributes};
  else
    return {engine(), algorithm,  x,        w,       bias,    y,
            a.stride, a.dilation, a.before, a.after, hint..., attributes};
#else
  using Operation = typename Primitive::desc;
  const auto operation = [&] {
    if constexpr (std::is_same_v<Primitive, dnnl::convolution_forward>)
      return Operation(kind, algorithm, x, w, bias, y, a.stride, a.dilation, a.before, a.after);
    else if constexpr (std::is_same_v<Primitive, dnnl::convolution_backward_data>)
      return Operation(algorithm, x, w, y, a.stride, a.dilation, a.before, a.after);
    else
      return Operation(algorithm, x, w, bias, y, a.stride, a.dilation, a.before, a.after);
  }();
  return {operation, attributes, engine(), hint...};
#endif
}

/// One array of a pass: row-major outside, as chosen inside.
struct Operand {
  int argument = 0;
  Desc plain, chosen;
  std::optional<dnnl::reorder> move;  // in for what is read, out for what is written
  Operand() = default;
  Operand(int name, const Dims& dims, const Desc& desc, bool written)
      : argument(name), plain(Arrays::plain(dims)), chosen(desc) {
    if (plain == chosen) return;
    const memory outside(plain, engine(), nullptr), inside(chosen, engine(), nullptr);
    move = written ? dnnl::reorder(inside, outside) : dnnl::reorder(outside, inside);
  }
};

/// One pass over a block of images, ready to run on any thread.
struct Plan {
  dnnl::primitive primitive;
  Operand read[2], written;
  std::size_t scratch = 0;
};

template <class Description, class Primitive>
std::shared_ptr<const Plan> make_plan(const Description& d, const Primitive& primitive,
                                      Operand first, Operand second, Operand result) {
  auto plan = std::make_shared<Plan>();
  plan->primitive = primitive;
  plan->read[0] = std::move(first);
  plan->read[1] = std::move(second);
  plan->written = std::move(result);
  plan->scratch = d.scratchpad_desc().get_size();
  return plan;
}

std::shared_ptr<const Plan> make_plan(Pass pass, const Convolution& c, bool bias,
                                      dnnl::algorithm algorithm) {
  const OneOmpThread guard;
  const Arrays a(c);
  const Desc b = bias ? Arrays::plain(a.b) : Desc();
  const auto forward =
      describe<dnnl::convolution_forward>(dnnl::prop_kind::forward_training, algorithm, a, b);
  if (pass == Pass::forward)
    return make_plan(forward, dnnl::convolution_forward(forward),
                     Operand(DNNL_ARG_SRC, a.x, forward.src_desc(), false),
                     Operand(DNNL_ARG_WEIGHTS, a.w, forward.weights_desc(), false),
                     Operand(DNNL_ARG_DST, a.y, forward.dst_desc(), true));
  if (pass == Pass::data) {
    const auto d = describe<dnnl::convolution_backward_data>(0, algorithm, a, b, forward);
    return make_plan(d, dnnl::convolution_backward_data(d),
                     Operand(DNNL_ARG_DIFF_DST, a.y, d.diff_dst_desc(), false),
                     Operand(DNNL_ARG_WEIGHTS, a.w, d.weights_desc(), false),
                     Operand(DNNL_ARG_DIFF_SRC, a.x, d.diff_src_desc(), true));
  }
  const auto d = describe<dnnl::convolution_backward_weights>(0, algorithm, a, b, forward);
  return make_plan(d, dnnl::convolution_backward_weights(d),
                   Operand(DNNL_ARG_SRC, a.x, d.src_desc(), false),
                   Operand(DNNL_ARG_DIFF_DST, a.y, d.diff_dst_desc(), false),
                   Operand(DNNL_ARG_DIFF_WEIGHTS, a.w, d.diff_weights_desc(), true));
}

/// Whether Winograd's algorithm exists for it and pays: below 16 channels lanes stay empty, of its
/// 4x4 tiles more than half where the result has fewer than 3 elements an axis.
bool suits_winograd(const Convolution& c) {
  bool suits =
      get_winograd() && c.rank == 2 && c.groups == 1 && c.in_channels >= 16 && c.out_channels >= 16;
  for (std::size_t i = 0; i < 2; ++i)
    suits = suits && c.kernel[i] == 3 && c.stride[i] == 1 && c.dilation[i] == 1 && c.out[i] >= 3;
  return suits;
}

std::shared_ptr<const Plan> try_plan(Pass pass, const Convolution& c, bool bias, bool winograd) {
  const auto attempt = [&](dnnl::algorithm algorithm) -> std::shared_ptr<const Plan> {
    try {
      return make_plan(pass, c, bias, algorithm);
    } catch (const dnnl::error&) {
      return nullptr;
    }
  };
  std::shared_ptr<const Plan> plan;
  if (winograd) plan = attempt(dnnl::algorithm::convolution_winograd);
  return plan ? plan : attempt(dnnl::algorithm::convolution_direct);
}

using Key = std::array<std::size_t, 26>;

Key key_of(Pass pass, const Convolution& c, bool bias, bool winograd) {
  Key key{static_cast<std::size_t>(pass),
          bias,
          winograd,
          c.rank,
          c.batch,
          c.in_channels,
          c.out_channels,
          c.groups};
  std::size_t at = 8;
  for (const auto* each : {c.in, c.kernel, c.out, c.stride, c.dilation, c.padding})
    for (std::size_t i = 0; i < 3; ++i) key[at++] = each[i];
  return key;
}

/// Made once for each shape; null if oneDNN refuses it.
std::shared_ptr<const Plan> find_plan(Pass pass, const Convolution& c, bool bias) {
  constexpr std::size_t limit = 1024;  // plans kept; a program that needs more starts afresh
  static std::mutex mutex;
  static auto& plans = *new std::map<Key, std::shared_ptr<const Plan>>;
  const bool winograd = suits_winograd(c);
  const Key key = key_of(pass, c, bias, winograd);
  const std::lock_guard lock(mutex);
  const auto found = plans.find(key);
  if (found != plans.end()) return found->second;
  if (plans.size() >= limit) plans.clear();
  return plans[key] = try_plan(pass, c, bias, winograd);
}

using Bytes = Scratch<char>;

/// The memory that oneDNN works in. Winograd's parts begin on pages of 2 MB each, so that most of
/// it is never touched: up to a size it lies outside the pool, one for each thread, and takes the
/// pages that are.
class Workspace {
 public:
  explicit Workspace(std::size_t n)
      : large_(n > kept ? n : 0), data_(n > kept ? large_.data() : of_this_thread(n)) {}
  char* data() const { return data_; }

 private:
  static constexpr std::size_t kept = std::size_t{1} << 24;
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  static char* of_this_thread(std::size_t n) {
    constexpr std::size_t line = 64;
    thread_local std::unique_ptr<char, Free> room;
    thread_local std::size_t size = 0;
    if (size < n) {
      size = 0;
      room.reset();
      room.reset(static_cast<char*>(std::aligned_alloc(line, (n + line - 1) / line * line)));
      if (!room) throw std::bad_alloc();
      size = n;
    }
    return room.get();
  }

  Bytes large_;
  char* data_;
};

/// What a pass reads, in its layout: moved there, or where it is.
class Input {
 public:
  Input(const Operand& operand, const float* data)
      : room_(operand.move ? operand.chosen.get_size() : 0),
        memory_(operand.chosen, engine(),
                operand.move ? static_cast<void*>(room_.data()) : const_cast<float*>(data)) {
    if (!operand.move) return;
    dnnl::stream stream(engine());
    memory outside(operand.plain, engine(), const_cast<float*>(data));
    dnnl::reorder(*operand.move).execute(stream, outside, memory_);
    stream.wait();
  }
  const memory& get() const { return memory_; }

 private:
  Bytes room_;
  memory memory_;
};

void run(const Plan& plan, const memory& first, const memory& second, const float* bias,
         std::size_t channels, float* result) {
  const Operand& out = plan.written;
  const Bytes room(out.move ? out.chosen.get_size() : 0);
  const Workspace scratch(plan.scratch);
  dnnl::stream stream(engine());
  memory inside(out.chosen, engine(), out.move ? static_cast<void*>(room.data()) : result);
  const Desc pad({extent(plan.scratch)}, memory::data_type::u8, Tag::a);
  std::unordered_map<int, memory> arguments{
      {plan.read[0].argument, first}, {plan.read[1].argument, second}, {out.argument, inside}};
  if (plan.scratch > 0)
    arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(pad, engine(), scratch.data()));
  if (bias != nullptr)
    arguments.emplace(DNNL_ARG_BIAS, memory(Arrays::plain({extent(channels)}), engine(),
                                            const_cast<float*>(bias)));
  plan.primitive.execute(stream, arguments);
  if (out.move) {
    memory outside(out.plain, engine(), result);
    dnnl::reorder(*out.move).execute(stream, inside, outside);
  }
  stream.wait();
}

/// Images of one block for Winograd's algorithm, which transforms the weights in each: six blocks
/// where the transformed images stay near the cache, but at most `blocks` in all. An odd number:
/// with 4, 8 or 16 images of a power of two of elements its tiles fall onto each other in the
/// cache, and it takes up to half as long again.
std::size_t winograd_images(const Convolution& c, std::size_t blocks) {
  constexpr std::size_t usual_blocks = 6, near = std::size_t{1} << 20;  // elements
  const std::size_t size = c.in_channels * c.in_size() + c.out_channels * c.out_size();
  const std::size_t usual = (c.batch + usual_blocks - 1) / usual_blocks;
  const std::size_t images = std::min(usual, near / size) | 1;
  return std::min(std::max(images, (c.batch + blocks - 1) / blocks), c.batch);
}

/// The plans of a convolution cut into blocks of images: of the whole ones, and of a shorter last.
struct Blocks {
  std::size_t images;
  std::shared_ptr<const Plan> whole, last;
  Blocks(Pass pass, const Convolution& c, bool bias, std::size_t blocks)
      : images(suits_winograd(c) ? winograd_images(c, blocks) : images_per_block(c, blocks)) {
    Convolution part = c;
    part.batch = images;
    whole = find_plan(pass, part, bias);
    part.batch = c.batch % images;
    last = part.batch == 0 ? whole : find_plan(pass, part, bias);
  }
  explicit operator bool() const { return whole && last; }
  std::size_t count(const Convolution& c) const { return (c.batch + images - 1) / images; }
  const Plan& of(std::size_t count) const { return count == images ? *whole : *last; }
};

/// Forward and data: y [batch, to] from x [batch, from], block by block, with the same weights.
void run_blocks(const Blocks& blocks, const Convolution& c, const float* x, std::size_t from,
                const float* w, const float* b, float* y, std::size_t to) {
  const OneOmpThread outer;
  const Input weights(blocks.whole->read[1], w);
  parallel_for(c.batch, blocks.images, [&](std::size_t begin, std::size_t end) {
    const OneOmpThread guard;
    const Plan& plan = blocks.of(end - begin);
    const Input input(plan.read[0], x + begin * from);
    if (plan.read[1].chosen == blocks.whole->read[1].chosen)
      return run(plan, input.get(), weights.get(), b, c.out_channels, y + begin * to);
    const Input own(plan.read[1], w);
    run(plan, input.get(), own.get(), b, c.out_channels, y + begin * to);
  });
}

}  // namespace

bool onednn_conv_forward(const Convolution& c, const float* x, const float* w, const float* b,
                         float* y) {
  const Blocks blocks(Pass::forward, c, b != nullptr, conv_blocks);
  if (!blocks) return false;
  run_blocks(blocks, c, x, c.in_channels * c.in_size(), w, b, y, c.out_channels * c.out_size());
  return true;
}

bool onednn_conv_backward_data(const Convolution& c, const float* gy, const float* w,
                               const float* b, float* gx) {
  // To the few channels of an image oneDNN computes 16: unfolding takes a third to a ninth of the
  // time.
  if (c.groups == 1 && c.in_channels <= 4) return false;
  const Blocks blocks(Pass::data, c, false, conv_blocks);
  if (!blocks) return false;
  const std::size_t size = c.in_size();
  run_blocks(blocks, c, gy, c.out_channels * c.out_size(), w, nullptr, gx, c.in_channels * size);
  if (b == nullptr) return true;
  parallel_for(c.batch * c.in_channels, 16384 / size + 1, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = 0; j < size; ++j) gx[i * size + j] += b[i % c.in_channels];
  });
  return true;
}

bool onednn_conv_backward_weights(const Convolution& c, const float* x, const float* gy, float* gw,
                                  float* gb) {
  const Blocks blocks(Pass::weights, c, false, gradient_blocks(c));
  if (!blocks) return false;
  const std::size_t count = blocks.count(c), size = c.weights(), channels = c.out_channels;
  const std::size_t from = c.in_channels * c.in_size(), to = channels * c.out_size();
  const Scratch<float> partial(count == 1 ? 0 : count * size);
  const Scratch<float> partial_bias(gb == nullptr || count == 1 ? 0 : count * channels);
  parallel_for(c.batch, blocks.images, [&](std::size_t begin, std::size_t end) {
    const OneOmpThread guard;
    const Plan& plan = blocks.of(end - begin);
    const std::size_t block = begin / blocks.images;
    const Input second(plan.read[1], gy + begin * to);
    if (gb != nullptr)  // while gy is in the cache
      sum_channels(gy + begin * to, end - begin, channels, c.out_size(),
                   count == 1 ? gb : partial_bias.data() + block * channels);
    const Input first(plan.read[0], x + begin * from);
    run(plan, first.get(), second.get(), nullptr, channels,
        count == 1 ? gw : partial.data() + block * size);
  });
  if (count == 1) return true;
  sum_parts(partial.data(), count, size, gw);
  if (gb != nullptr) sum_parts(partial_bias.data(), count, channels, gb);
  return true;
}

}  // namespace xg::kernels

#else

namespace xg::kernels {
bool onednn_conv_forward(const Convolution&, const float*, const float*, const float*, float*) {
  return false;
}
bool onednn_conv_backward_data(const Convolution&, const float*, const float*, const float*,
                               float*) {
  return false;
}
bool onednn_conv_backward_weights(const Convolution&, const float*, const float*, float*, float*) {
  return false;
}
}  // namespace xg::kernels

#endif
