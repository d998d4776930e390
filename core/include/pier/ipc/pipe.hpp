// Pipes as streams of bytes that are awaited.
#pragma once

#include <pier/bytes/byte_stream.hpp>
#include <pier/process/pipe_end.hpp>
#include <pier/stream.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace pier {

class Process;
class PipeStream;
struct PipePair;

namespace sys {
class PipeName;
}

namespace spi {

// One direction of a PipeStream: an end of a pipe, or nothing.
class PipeSide : public Handle {
public:
    PipeSide() = default;
    PipeSide(Loop& loop, Descriptor& descriptor) noexcept : Handle(loop, descriptor) {}
};

// The sending one. It knows that it was finished.
class PipeOutput : public PipeSide {
public:
    using PipeSide::PipeSide;
    PipeOutput(PipeOutput&& other) noexcept
        : PipeSide(std::move(other)), finished_(std::exchange(other.finished_, false)) {}
    PipeOutput& operator=(PipeOutput&& other) noexcept {
        PipeSide::operator=(std::move(other));
        finished_ = std::exchange(other.finished_, false);
        return *this;
    }
    [[nodiscard]] Result<void> finish() noexcept;
    void close() noexcept {
        finished_ = false;
        PipeSide::close();
    }
    [[nodiscard]] bool finished() const noexcept { return finished_; }

private:
    bool finished_ = false;
};

class PipeReceive : public SocketAwaiter<Operation> {
public:
    PipeReceive(Deadline limit, const PipeSide& on, std::span<std::byte> into) noexcept
        : SocketAwaiter(limit, Verb::receive, on) {
        buffer = into.data();
        length = static_cast<std::uint32_t>(into.size() < largest_submission ? into.size() : largest_submission);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop* loop = reach(handle);
        return loop != nullptr ? is_parked(loop->start_pipe(*this, take_deadline())) : start_closed();
    }
    Result<std::size_t> await_resume() const noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return transferred;
    }
};

// A send. Op is Operation or WholeOperation, set up by the one that derives.
template <class Op>
class PipeSend : public SocketAwaiter<Op> {
public:
    PipeSend(Deadline limit, const PipeOutput& on, std::span<const std::byte> data) noexcept
        : SocketAwaiter<Op>(limit, Verb::send, on), output_(&on) {
        this->buffer = const_cast<std::byte*>(data.data());
        this->length = static_cast<std::uint32_t>(data.size() < largest_submission ? data.size() : largest_submission);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop* loop = this->reach(handle);
        if (loop != nullptr) return is_parked(loop->start_pipe(*this, this->take_deadline()));
        if (!output_->finished()) return this->start_closed();
        (void)this->take_deadline();
        return is_parked(this->context->loop->end_at_once(*this, Error{Errc::broken_pipe, 0}));
    }

private:
    const PipeOutput* output_;
};

class PipeSendSome : public PipeSend<Operation> {
public:
    using PipeSend::PipeSend;
    Result<std::size_t> await_resume() const noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return transferred;
    }
};

class PipeSendAll : public PipeSend<WholeOperation> {
public:
    PipeSendAll(Deadline limit, const PipeOutput& on, std::span<const std::byte> data) noexcept
        : PipeSend(limit, on, data) {
        set(whole);
        rest = data.size() - length;
    }
};

}  // namespace spi

// One end of a pipe, or one of each direction together: a `byte_stream` under every engine, with Stream's meanings.
// Move-only; confined to the thread of the loop that it was made on, and gone before that loop. One receive and one
// send at a time (a second one ends as already_in_progress); both at once are fine. But on the blocking engine of POSIX
// one operation waits at a time, of all pipes and sockets of its loop.
//
// A pipe tells less than a connection: when its writer has closed it or has been killed, the reader meets the end,
// after all that had been written. When its reader has gone, the writer meets connection_reset, and never the signal
// SIGPIPE. What was written and not read is lost then.
//
// A receive that a deadline or a scope ends has taken nothing, and the stream goes on. A send that they end when some
// bytes have gone poisons the sending direction: later sends end as broken_pipe. On Windows any send does that waited
// when it was ended, since nothing tells how much the reader has taken of it.
//
// A pipe holds 256 KiB that nobody has read yet; a child's, and on Linux one beyond the user's share of them, 64 KiB.
// On POSIX (pipe(7)) up to PIPE_BUF bytes, 4096 on Linux, go as a whole. On Windows a pipe is a named pipe that was
// opened for overlapped calls; a send that does not fit ends when the reader has taken what is too much. iocp,
// overlapped-event and overlapped-apc wait for it as they do for sockets. The others can't wait for pipes by their own
// means: there a thread of the system's pool wakes the loop.
class PipeStream {
public:
    PipeStream() noexcept;
    PipeStream(PipeStream&& other) noexcept;
    // Closes what it held before, at once.
    PipeStream& operator=(PipeStream&& other) noexcept;
    ~PipeStream();

    // Takes ends over, on the loop that runs here: one to receive by and one to send by, or either alone with an end
    // that is not valid. An end that has been used by its own calls is fine, between two of them. Errors, and then both
    // are closed: operation_canceled where no loop runs; invalid_argument without any valid end; not_enough_memory;
    // not_supported for what is no pipe, where the system says so; what the engine says.
    [[nodiscard]] static Result<PipeStream> adopt(PipeEnd&& receives, PipeEnd&& sends);
    // A child's standard output to receive by and its standard input to send by, where they are redirected to pipes.
    [[nodiscard]] static Result<PipeStream> adopt(Process& child);

    // Some bytes, into a buffer that must live until the operation has ended; 0 at the end. An empty buffer gives 0 at
    // once. Errors: timed_out, operation_canceled; receive_cut_short after a receive_exactly() that was ended half-way;
    // not_connected where there is no end to receive by; what the system says.
    [[nodiscard]] spi::PipeReceive receive(std::span<std::byte> into, Deadline deadline = {}) const noexcept {
        return {deadline, input_, into};
    }
    // Fills the buffer. Errors: those, and end_of_stream; with each goes the number of bytes that had come.
    [[nodiscard]] spi::ExactReceiveAwaiter receive_exactly(std::span<std::byte> into,
                                                           Deadline deadline = {}) const noexcept {
        return {deadline, input_, into};
    }
    // Some of it, at most 1 MiB: how many bytes. Errors: connection_reset when nobody reads any more; broken_pipe after
    // finish() and after a send that was ended half-way; timed_out, operation_canceled; not_connected.
    [[nodiscard]] spi::PipeSendSome send(std::span<const std::byte> data, Deadline deadline = {}) const noexcept {
        return {deadline, output_, data};
    }
    // All of it. The deadline counts for the whole.
    [[nodiscard]] spi::PipeSendAll send_all(std::span<const std::byte> data, Deadline deadline = {}) const noexcept {
        return {deadline, output_, data};
    }

    // Closes the end to send by: the reader meets the end behind what was sent. What comes the other way still arrives.
    // Idempotent. Errors: not_connected where there is none; already_in_progress while a send is under way.
    [[nodiscard]] Result<void> finish() noexcept { return output_.finish(); }
    // Closes both. Operations of other tasks end as operation_canceled.
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return input_.valid() || output_.valid(); }
    [[nodiscard]] bool can_receive() const noexcept { return input_.valid(); }
    [[nodiscard]] bool can_send() const noexcept { return output_.valid(); }

    // For those that open pipes: takes both handles over, of which one may be none, and the name that is to be removed
    // before the first is closed. Errors: adopt()'s.
    [[nodiscard]] static Result<PipeStream> take(SystemHandle receives, SystemHandle sends,
                                                 std::unique_ptr<sys::PipeName> name);

private:
    spi::PipeSide input_;
    spi::PipeOutput output_;
    std::unique_ptr<sys::PipeName> name_;
};

// Both ends of a new pipe, each a stream of one direction.
struct PipePair {
    PipeStream reader;
    PipeStream writer;
};

// A pipe without a name, both ends on the loop that runs here: between its tasks; to another loop a PipeEnd goes.
// Errors: operation_canceled where no loop runs; too_many_files_open; not_enough_memory; what the engine says.
[[nodiscard]] Result<PipePair> make_pipe();

static_assert(byte_stream<PipeStream>);

}  // namespace pier
