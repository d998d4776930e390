// A stream as a std::iostream, for programs that block: the engine "blocking".
#pragma once

#include <pier/result.hpp>
#include <pier/spi/operation.hpp>
#include <pier/stream.hpp>
#include <pier/time.hpp>

#include <array>
#include <cstddef>
#include <iostream>
#include <memory>
#include <streambuf>

namespace pier {

namespace sys {
class OneWaiter;
}

// Receives and sends for an IoStream. It blocks the calling thread, so it works on a loop of the engine "blocking"
// alone, inside of its run; on any other the first call fails as not_supported. The stream must live as long as this,
// and is used by this alone meanwhile. Confined to its loop's thread.
class StreamBuffer : public std::streambuf {
public:
    // `patience` is for each wait: a duration counts from its beginning. Throws std::bad_alloc.
    explicit StreamBuffer(const Stream& stream, Deadline patience = {});
    StreamBuffer(const StreamBuffer&) = delete;
    StreamBuffer& operator=(const StreamBuffer&) = delete;
    // What was written and not flushed is lost: a destructor can't say that it could not be sent.
    ~StreamBuffer() override;

    // Why the last transfer failed; ok where none has, and at the end of the stream. not_supported, not_connected,
    // timed_out, connection_reset, broken_pipe.
    [[nodiscard]] Error error() const noexcept { return error_; }

protected:
    // What was written is sent before a receive waits for its answer.
    int_type underflow() override;
    int_type overflow(int_type character) override;
    int sync() override;

private:
    static constexpr std::size_t size = 8192;  // bytes of each direction

    [[nodiscard]] Result<std::size_t> transfer(spi::Verb verb, char* data, std::size_t count);
    [[nodiscard]] bool flush();

    const Stream& stream_;
    const Deadline patience_;
    std::unique_ptr<sys::OneWaiter> waiter_;
    Error error_{};
    std::array<char, size> in_;
    std::array<char, size> out_;
};

// A stream by the operators of the standard library: `io << "GET\r\n" << std::flush; std::getline(io, line);`. The end
// of the stream is eof(); a failure is bad(), and error() tells which. Flush what was written before this goes.
class IoStream : public std::iostream {
public:
    explicit IoStream(const Stream& stream, Deadline patience = {})
        : std::iostream(nullptr), buffer_(stream, patience) {
        rdbuf(&buffer_);
    }

    [[nodiscard]] Error error() const noexcept { return buffer_.error(); }

private:
    StreamBuffer buffer_;
};

}  // namespace pier
