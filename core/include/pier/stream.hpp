// A connected TCP stream.
#pragma once

#include <pier/chunk.hpp>
#include <pier/endpoint.hpp>
#include <pier/option.hpp>
#include <pier/spi/awaiter.hpp>
#include <pier/spi/wait_awaiter.hpp>

#include <cstddef>
#include <span>

namespace pier {

class Stream;
using spi::Buffer;

namespace spi {

// Results as a number of bytes.
class TransferAwaiter : public Awaiter<Operation> {
public:
    TransferAwaiter(Deadline limit, Verb v, Descriptor* d, std::byte* data, std::size_t size, bool array) noexcept
        : Awaiter(limit, v, d) {
        buffer = data;
        length = static_cast<std::uint32_t>(size < largest_submission ? size : largest_submission);
        if (array) set(vectored);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        bool plain = verb == Verb::send && !has(vectored);
        return plain ? loop.start_send(*this, take_deadline()) : loop.start(*this, take_deadline());
    }
    Result<std::size_t> await_resume() const noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return transferred;
    }
};

class LentReceiveAwaiter : public Awaiter<Operation> {
public:
    LentReceiveAwaiter(Deadline limit, Descriptor* d) noexcept : Awaiter(limit, Verb::receive, d) { set(lend); }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return enter(handle).start_lent(*this, take_deadline());
    }
    ~LentReceiveAwaiter() {
        if (buffer != nullptr) context->loop->chunks().give_back(buffer);
    }
    Result<Chunk> await_resume() noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return Result<Chunk>(std::in_place, std::exchange(buffer, nullptr), transferred, context->loop->chunks());
    }
};

class WholeAwaiter : public Awaiter<WholeOperation> {
public:
    WholeAwaiter(Deadline limit, Verb v, Descriptor* d, std::byte* data, std::size_t size) noexcept
        : Awaiter(limit, v, d) {
        set(whole);
        buffer = data;
        length = static_cast<std::uint32_t>(size < largest_submission ? size : largest_submission);
        rest = size - length;
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        return verb == Verb::send ? loop.start_send(*this, take_deadline()) : loop.start(*this, take_deadline());
    }
    Result<void> await_resume() const noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return {};
    }
};

class ConnectAwaiter : public Awaiter<AddressedOperation> {
public:
    ConnectAwaiter(Deadline limit, const Endpoint& to) noexcept : Awaiter(limit, Verb::connect) { endpoint = to; }
    ConnectAwaiter(const ConnectAwaiter&) = delete;
    ~ConnectAwaiter() {
        if (descriptor != nullptr) context->loop->close(*descriptor);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return open(*handle.promise().context->loop) && Awaiter::await_suspend(handle);
    }
    Result<Stream> await_resume() noexcept;

private:
    bool open(Loop& loop) noexcept;
};

}  // namespace spi

// Move-only handle; confined to the thread of the loop that it was made on. At most one operation a direction is under
// way at a time (a second one ends with already_in_progress); both directions at once are fine, but not on the blocking
// engines. Destroying or closing a stream ends operations that other tasks have under way on it as operation_canceled.
//
// A reset is reported as connection_reset, and again by every later receive and send; the end of the stream likewise
// stays the end. What had been received before a reset but not yet read may be lost (Windows discards it): to end well,
// finish(), read to the end, then close.
class Stream {
public:
    Stream() = default;
    explicit Stream(Loop& loop, spi::Descriptor& descriptor) noexcept : loop_(&loop), descriptor_(&descriptor) {}
    Stream(Stream&& other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)), descriptor_(std::exchange(other.descriptor_, nullptr)) {}
    Stream& operator=(Stream&& other) noexcept {
        std::swap(loop_, other.loop_);
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Stream() { close(); }

    // Connects, on the loop of the awaiting task. Errors: connection_refused, timed_out, host_unreachable,
    // network_unreachable, operation_canceled, address_not_available, too_many_files_open, invalid_argument (port 0).
    // An unspecified address means loopback.
    [[nodiscard]] static spi::ConnectAwaiter connect(const Endpoint& endpoint, Deadline deadline = {}) noexcept {
        return spi::ConnectAwaiter(deadline, endpoint);
    }
    // Takes over what a listener accepted, on the loop that runs here.
    [[nodiscard]] static Result<Stream> adopt(spi::Accepted&& accepted);

    // Some bytes, in a buffer that the loop lends when data is there, so that an idle peer costs no buffer; empty at
    // the end of the stream. Errors: connection_reset, timed_out (the deadline, or the system's), operation_canceled.
    [[nodiscard]] spi::LentReceiveAwaiter receive(Deadline deadline) const noexcept { return {deadline, descriptor_}; }
    // Not a default argument: GCC keeps each of those in the frame, and this is what an idle connection waits in.
    [[nodiscard]] spi::LentReceiveAwaiter receive() const noexcept { return {{}, descriptor_}; }
    // Some bytes, into the caller's buffer, which must live until the operation has ended; 0 at the end of the stream.
    // An empty buffer gives 0 at once.
    [[nodiscard]] spi::TransferAwaiter receive(std::span<std::byte> into, Deadline deadline = {}) const noexcept {
        return {deadline, spi::Verb::receive, descriptor_, into.data(), into.size(), false};
    }
    // The same, filled one after the other. The array must live as long as the buffers.
    [[nodiscard]] spi::TransferAwaiter receive(std::span<const Buffer> into, Deadline deadline = {}) const noexcept {
        return vector(spi::Verb::receive, into, deadline);
    }
    // All of it. Errors: end_of_stream when the peer ended earlier.
    [[nodiscard]] spi::WholeAwaiter receive_exactly(std::span<std::byte> into, Deadline deadline = {}) const noexcept {
        return {deadline, spi::Verb::receive, descriptor_, into.data(), into.size()};
    }

    // Until a receive, or a send, would not have to wait: it may also say at once how the stream has ended. For
    // protocols that have to know before they act; a plain receive costs less. Errors: not_supported on the engine uv,
    // whose library reads for itself; operation_canceled, timed_out.
    [[nodiscard]] spi::WaitAwaiter readable(Deadline deadline = {}) const noexcept {
        return {deadline, descriptor_, false};
    }
    [[nodiscard]] spi::WaitAwaiter writable(Deadline deadline = {}) const noexcept {
        return {deadline, descriptor_, true};
    }

    // Sends some of it (at most 1 MiB at once): how many bytes. Errors: connection_reset or broken_pipe when the peer
    // is gone (which of the two is the system's matter), broken_pipe after finish() or after a send that was cancelled
    // half-way.
    [[nodiscard]] spi::TransferAwaiter send(std::span<const std::byte> data, Deadline deadline = {}) const noexcept {
        return {deadline, spi::Verb::send, descriptor_, const_cast<std::byte*>(data.data()), data.size(), false};
    }
    [[nodiscard]] spi::TransferAwaiter send(std::span<const Buffer> data, Deadline deadline = {}) const noexcept {
        return vector(spi::Verb::send, data, deadline);
    }
    // Sends all of it. The deadline counts for the whole.
    [[nodiscard]] spi::WholeAwaiter send_all(std::span<const std::byte> data, Deadline deadline) const noexcept {
        return {deadline, spi::Verb::send, descriptor_, const_cast<std::byte*>(data.data()), data.size()};
    }
    [[nodiscard]] spi::WholeAwaiter send_all(std::span<const std::byte> data) const noexcept {
        return {{}, spi::Verb::send, descriptor_, const_cast<std::byte*>(data.data()), data.size()};
    }

    // Ends the sending direction: the peer reads the end of the stream, its bytes still arrive here. Idempotent.
    // Errors: not_connected; already_in_progress while a send is under way.
    [[nodiscard]] Result<void> finish() const;
    // Closes. Input that was not read makes the system tell the peer so by a reset.
    void close() noexcept;
    // Closes with a reset: the peer's operations fail with connection_reset, what was queued is dropped.
    void abort() noexcept;

    [[nodiscard]] bool valid() const noexcept { return descriptor_ != nullptr; }
    // The peer as of connect or accept: it stays known after a reset.
    [[nodiscard]] const Endpoint& peer() const noexcept { return descriptor_->peer; }
    [[nodiscard]] Result<Endpoint> local() const;
    [[nodiscard]] Result<void> set(Option option, int value) const;
    [[nodiscard]] Result<int> get(Option option) const;

private:
    [[nodiscard]] spi::TransferAwaiter vector(spi::Verb verb, std::span<const Buffer> buffers,
                                              Deadline deadline) const noexcept {
        // Only so many pieces go at once, and a receive into empty ones would look like the end of the stream.
        while (!buffers.empty() && buffers.front().size == 0) buffers = buffers.subspan(1);
        auto* array = reinterpret_cast<std::byte*>(const_cast<Buffer*>(buffers.data()));
        std::size_t count = buffers.size() < spi::most_buffers ? buffers.size() : spi::most_buffers;
        return {deadline, verb, descriptor_, array, count, true};
    }

    Loop* loop_ = nullptr;
    spi::Descriptor* descriptor_ = nullptr;
};

inline Result<Stream> spi::ConnectAwaiter::await_resume() noexcept {
    if (error.condition != Errc::ok) [[unlikely]]
        return std::unexpected(error);
    return Stream(*context->loop, *std::exchange(descriptor, nullptr));
}

}  // namespace pier
