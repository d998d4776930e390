#include <pier/socket/io_stream.hpp>

#include <pier/sys/attempt.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/one_waiter.hpp>

#include <utility>

namespace pier {

StreamBuffer::StreamBuffer(const Stream& stream, Deadline patience) : stream_(stream), patience_(patience) {
    setg(in_.data(), in_.data(), in_.data());
    setp(out_.data(), out_.data() + out_.size());
}

StreamBuffer::~StreamBuffer() = default;

// The operation is never the loop's: the loop stands still meanwhile, and nobody else has one under way.
Result<std::size_t> StreamBuffer::transfer(spi::Verb verb, char* data, std::size_t count) {
    if (!stream_.valid()) return fail(Errc::not_connected);
    Loop& loop = *stream_.loop();
    loop.require_here();
    if (!loop.traits().one_at_a_time) return fail(Errc::not_supported);
    if (waiter_ == nullptr) {
        auto made = sys::make_one_waiter();
        if (!made) return fail(made.error());
        waiter_ = std::move(*made);
    }
    spi::Operation op(verb, stream_.descriptor());
    op.buffer = reinterpret_cast<std::byte*>(data);
    op.length = static_cast<std::uint32_t>(count);
    const Time until = patience_.resolve(sys::now());
    const auto readiness = verb == spi::Verb::receive ? sys::Readiness::input : sys::Readiness::output;
    while (sys::attempt(op) == sys::Attempt::would_block) {
        auto ready = waiter_->wait(stream_.native_handle(), readiness, until);
        if (!ready) return fail(ready.error());
        if (!*ready && sys::now() >= until) return fail(Errc::timed_out);
    }
    if (op.error) return fail(op.error);
    return op.transferred;
}

bool StreamBuffer::flush() {
    while (pptr() != pbase()) {
        auto sent = transfer(spi::Verb::send, pbase(), static_cast<std::size_t>(pptr() - pbase()));
        if (!sent) {
            error_ = sent.error();
            return false;
        }
        const char* const end = pptr();
        const char* const rest = pbase() + *sent;
        const auto left = static_cast<std::size_t>(end - rest);
        traits_type::move(out_.data(), rest, left);
        setp(out_.data(), out_.data() + out_.size());
        pbump(static_cast<int>(left));
    }
    return true;
}

StreamBuffer::int_type StreamBuffer::underflow() {
    if (gptr() != egptr()) return traits_type::to_int_type(*gptr());
    // An iostream takes the end for no failure, and an exception for one.
    if (!flush()) throw std::ios_base::failure("sending", error_.code());
    auto received = transfer(spi::Verb::receive, in_.data(), in_.size());
    if (!received) {
        error_ = received.error();
        throw std::ios_base::failure("receiving", error_.code());
    }
    setg(in_.data(), in_.data(), in_.data() + *received);
    return *received == 0 ? traits_type::eof() : traits_type::to_int_type(*gptr());
}

StreamBuffer::int_type StreamBuffer::overflow(int_type character) {
    if (!flush()) return traits_type::eof();
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    return sputc(traits_type::to_char_type(character));
}

int StreamBuffer::sync() { return flush() ? 0 : -1; }

}  // namespace pier
