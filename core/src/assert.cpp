#include <pier/spi/assert.hpp>

#include <cstdio>
#include <cstdlib>

namespace pier::spi {

void assertion_failed(const char* sentence, std::source_location where) noexcept {
    std::fprintf(stderr, "pier: %s (%s:%u, %s)\n", sentence, where.file_name(), where.line(), where.function_name());
    std::fflush(stderr);
    std::abort();
}

}  // namespace pier::spi
