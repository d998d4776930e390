#include <pier/ipc/pipe.hpp>

#include <pier/process.hpp>
#include <pier/sys/ipc/named_pipe.hpp>
#include <pier/sys/pipe.hpp>

namespace pier {
namespace {

// Nothing for a handle that is none. It stays the caller's when this fails.
template <class Side>
Result<Side> attach(SystemHandle& handle) {
    if (!handle.valid()) return Side();
    Loop& loop = *Loop::current();
    auto attached = loop.attach_pipe(handle);
    if (!attached) return fail(attached.error());
    return Side(loop, **attached);
}

}  // namespace

Result<void> spi::PipeOutput::finish() noexcept {
    if (!valid()) return finished_ ? Result<void>() : fail(Errc::not_connected);
    require_here();
    if (descriptor()->lane(Direction::write).first != nullptr) return fail(Errc::already_in_progress);
    close();
    finished_ = true;
    return {};
}

PipeStream::PipeStream() noexcept = default;
PipeStream::PipeStream(PipeStream&& other) noexcept = default;

PipeStream& PipeStream::operator=(PipeStream&& other) noexcept {
    if (this == &other) return *this;
    close();
    input_ = std::move(other.input_);
    output_ = std::move(other.output_);
    name_ = std::move(other.name_);
    return *this;
}

PipeStream::~PipeStream() { close(); }

void PipeStream::close() noexcept {
    name_.reset();
    input_.close();
    output_.close();
}

Result<PipeStream> PipeStream::take(SystemHandle receives, SystemHandle sends, std::unique_ptr<sys::PipeName> name) {
    // However this ends, the name goes before the handles, whose lock keeps others from it: arguments go last.
    PipeStream stream;
    stream.name_ = std::move(name);
    if (Loop::current() == nullptr) return fail(Errc::operation_canceled);
    if (!receives.valid() && !sends.valid()) return fail(Errc::invalid_argument);
    auto input = attach<spi::PipeSide>(receives);
    if (!input) return fail(input.error());
    stream.input_ = std::move(*input);
    auto output = attach<spi::PipeOutput>(sends);
    if (!output) return fail(output.error());
    stream.output_ = std::move(*output);
    return stream;
}

Result<PipeStream> PipeStream::adopt(PipeEnd&& receives, PipeEnd&& sends) {
    return take(receives.release(), sends.release(), nullptr);
}

Result<PipeStream> PipeStream::adopt(Process& child) {
    return adopt(std::move(child.output()), std::move(child.input()));
}

Result<PipePair> make_pipe() {
    if (Loop::current() == nullptr) return fail(Errc::operation_canceled);
    auto made = sys::make_pipe(sys::PipeSide::both);
    if (!made) return fail(made.error());
    auto reader = PipeStream::take(std::move(made->reader), SystemHandle(), nullptr);
    if (!reader) return fail(reader.error());
    auto writer = PipeStream::take(SystemHandle(), std::move(made->writer), nullptr);
    if (!writer) return fail(writer.error());
    return PipePair{std::move(*reader), std::move(*writer)};
}

}  // namespace pier
