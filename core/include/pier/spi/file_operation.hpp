// A read or a write of a file, at an offset.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/spi/operation.hpp>

#include <cstddef>
#include <cstdint>

namespace pier::spi {

// Verb::none: no lane knows it, so any number of them may be under way on a file. `buffer` and `length` as ever.
struct FileOperation : Operation {
    enum class Kind : std::uint8_t { read, write };

    FileOperation(Kind what, NativeHandle on, std::uint64_t at) noexcept
        : Operation(Verb::none), kind(what), file(on), offset(at) {}

    Kind kind;
    NativeHandle file;
    std::uint64_t offset;
    // Why its end was asked for; ok where it was not. An end as canceled is one for this reason.
    Error why{};
    // The engine's, while it has the operation: what the system keeps of it (an OVERLAPPED and where it belongs).
    alignas(void*) std::byte record[6 * sizeof(void*) + 16];
};

}  // namespace pier::spi
