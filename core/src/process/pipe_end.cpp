#include <pier/process/pipe_end.hpp>

#include <pier/sys/clock.hpp>
#include <pier/sys/pipe.hpp>

#include <array>

namespace pier {

Result<std::size_t> PipeEnd::read(std::span<std::byte> into, Deadline deadline) {
    if (!valid()) return fail(Errc::not_connected);
    if (into.empty()) return fail(Errc::invalid_argument);  // 0 means the end
    return sys::read_pipe(handle_.get(), into, deadline.resolve(sys::now()));
}

Result<std::string> PipeEnd::read_all(std::size_t most, Deadline deadline) {
    const Deadline until = absolute(deadline);
    std::string text;
    std::array<std::byte, 16384> some;
    for (;;) {
        auto count = read(some, until);
        if (!count) return fail(count.error());
        if (*count == 0) return text;
        if (*count > most - text.size()) return fail(Errc::message_size);
        text.append(reinterpret_cast<const char*>(some.data()), *count);
    }
}

Result<void> PipeEnd::write(std::span<const std::byte> bytes, Deadline deadline) {
    if (!valid()) return fail(Errc::not_connected);
    if (cut_short_) return fail(Errc::broken_pipe);
    auto written = sys::write_pipe(handle_.get(), bytes, deadline.resolve(sys::now()));
    if (!written && written.error() == Errc::timed_out) cut_short_ = true;
    return written;
}

}  // namespace pier
