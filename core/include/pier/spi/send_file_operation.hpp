// Sending a part of a file by a stream.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/spi/pieces_operation.hpp>

#include <cstdint>

namespace pier::spi {

// Verb::send_file. No buffer: `length` is how many bytes of the file are under way, from `offset` on. 0 transferred is
// the end of the file.
struct SendFileOperation : PiecesOperation {
    using PiecesOperation::PiecesOperation;

    NativeHandle file = no_handle;
    std::uint64_t offset = 0;
};

}  // namespace pier::spi
