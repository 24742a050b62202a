// Linked into the damaged library: says which mutant of a body runs, and notes which bodies ran.
//
//   XG_MUTANT=B:N      mutant N of body B; unset: every body as it is
//   XG_REACHED=FILE    the numbers of all bodies that ran, written at exit

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace {

struct Choice {
  int body = -1, number = 0;
  std::array<std::atomic<bool>, 8192> reached{};

  Choice() {
    const char* wanted = std::getenv("XG_MUTANT");
    if (wanted && std::sscanf(wanted, "%d:%d", &body, &number) != 2) std::abort();
  }
  ~Choice() {
    const char* name = std::getenv("XG_REACHED");
    std::FILE* file = name ? std::fopen(name, "w") : nullptr;
    if (!file) return;
    for (std::size_t i = 0; i < reached.size(); ++i)
      if (reached[i]) std::fprintf(file, "%zu\n", i);
    std::fclose(file);
  }
};

Choice& choice() {
  static Choice the_choice;
  return the_choice;
}

}  // namespace

extern "C" int xg_mutant(int body) {
  Choice& c = choice();
  c.reached[static_cast<std::size_t>(body)].store(true, std::memory_order_relaxed);
  return body == c.body ? c.number : 0;
}
