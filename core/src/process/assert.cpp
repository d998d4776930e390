#include <pier/detail/assert.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace pier::spi {
namespace {
std::atomic<void (*)(const char*) noexcept> assertion_handler{nullptr};
}  // namespace

void assertion_failed(const char* sentence, std::source_location where) noexcept {
    std::fprintf(stderr, "pier: %s (%s:%u, %s)\n", sentence, where.file_name(), where.line(), where.function_name());
    std::fflush(stderr);
    if (auto* handler = assertion_handler.load()) handler(sentence);
    std::abort();
}

void on_assertion_failed(void (*handler)(const char* sentence) noexcept) noexcept { assertion_handler.store(handler); }

}  // namespace pier::spi
