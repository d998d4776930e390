#include <pier/process/byte_input.hpp>

#include "process/input_reader.hpp"

namespace pier {

Task<Result<std::size_t>> ByteInput::receive(std::span<std::byte> into, Deadline deadline) {
    if (into.empty()) co_return 0;
    co_return co_await take_input(into, deadline);
}

}  // namespace pier
