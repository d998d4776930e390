#include <pier/process.hpp>

#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/pipe.hpp>
#include <pier/sys/socket.hpp>
#include <pier/sys/spawn.hpp>

#include <algorithm>
#include <string_view>

namespace pier {
namespace {

// What the child gets, and what is kept here until it has it.
struct Stream {
    NativeHandle childs = no_handle;  // none: that of this process
    SystemHandle owned;
    SystemHandle ours;
};

Result<Stream> open_pipe(sys::PipeSide ours) {
    auto pipe = sys::make_pipe(ours);
    if (!pipe) return fail(pipe.error());
    Stream stream;
    const bool reads = ours == sys::PipeSide::reader;
    stream.ours = std::move(reads ? pipe->reader : pipe->writer);
    stream.owned = std::move(reads ? pipe->writer : pipe->reader);
    stream.childs = stream.owned.get();
    return stream;
}

Result<Stream> owning(Result<SystemHandle> file) {
    if (!file) return fail(file.error());
    Stream stream;
    stream.owned = std::move(*file);
    stream.childs = stream.owned.get();
    return stream;
}

Result<Stream> open_stream(const Redirect& to, bool is_input) {
    const sys::FileUse use = is_input ? sys::FileUse::read : sys::FileUse::write;
    Stream stream;
    switch (to.kind()) {
        case Redirect::Kind::inherit:
            return stream;
        case Redirect::Kind::null:
            return owning(sys::open_null(use));
        case Redirect::Kind::pipe:
            return open_pipe(is_input ? sys::PipeSide::writer : sys::PipeSide::reader);
        case Redirect::Kind::file:
            return owning(sys::open_file(to.path(), use));
        case Redirect::Kind::append:
            if (is_input) break;
            return owning(sys::open_file(to.path(), sys::FileUse::append));
        case Redirect::Kind::handle:
            if (to.handle() == no_handle) break;
            stream.childs = to.handle();
            return stream;
        case Redirect::Kind::output:
            break;  // of the error stream it has been seen to
    }
    return fail(Errc::invalid_argument);
}

bool is_text(std::string_view text) noexcept { return text.find('\0') == std::string_view::npos; }

bool is_variable(const EnvironmentVariable& variable) noexcept {
    const bool named = !variable.name.empty() && variable.name.find('=') == std::string::npos;
    return named && is_text(variable.name) && (!variable.value || is_text(*variable.value));
}

bool are_texts(const ProcessOptions& options) noexcept {
    return !options.program.empty() && is_text(options.program) && is_text(options.directory) &&
           is_text(options.input.path()) && is_text(options.output.path()) && is_text(options.error.path()) &&
           std::ranges::all_of(options.arguments, is_text) && std::ranges::all_of(options.environment, is_variable);
}

// Tells a loop.
struct Listener : sys::EndListener {
    Listener(sys::Child& of, Notifier& whom) noexcept : child(of), notifier(whom) {
        told = [](EndListener& self) noexcept { static_cast<Listener&>(self).notifier.notify(); };
    }
    Listener(const Listener&) = delete;
    // Afterwards no thread is inside of notify().
    ~Listener() {
        if (added) child.remove(*this);
    }
    sys::Child& child;
    Notifier& notifier;
    bool added = false;
};

// On its own, because the Process may go meanwhile.
Task<Result<ProcessEnd>> wait_for(std::shared_ptr<sys::Child> child, Deadline deadline) {
    Event ended;
    Notifier notifier(this_loop(), [&](std::size_t) { ended.set(); });
    Listener listener(*child, notifier);
    if (auto added = child->add(listener); !added) co_return fail(added.error());
    listener.added = true;
    if (child->end()) ended.set();  // before anybody listened
    auto waited = co_await ended.wait(deadline);
    if (!waited && waited.error() == Errc::operation_canceled) co_return fail(waited.error());
    // What came before the deadline counts.
    auto end = child->end();
    if (end) co_return *end;
    co_return fail(waited ? Error{Errc::unexpected, 0} : waited.error());
}

}  // namespace

Result<Process> Process::spawn(const ProcessOptions& options) {
    if (!are_texts(options)) return fail(Errc::invalid_argument);
    // On POSIX no descriptor that is opened from here on has the number of a standard stream.
    if (auto up = sys::start_up(); !up) return fail(up.error());
    auto input = open_stream(options.input, true);
    if (!input) return fail(input.error());
    auto output = open_stream(options.output, false);
    if (!output) return fail(output.error());
    const bool joined = options.error.kind() == Redirect::Kind::output;
    auto error = joined ? Result<Stream>() : open_stream(options.error, false);
    if (!error) return fail(error.error());
    auto child = sys::spawn(options, {input->childs, output->childs, error->childs, joined});
    if (!child) return fail(child.error());
    Process process(std::move(*child));
    process.input_ = PipeEnd(std::move(input->ours));
    process.output_ = PipeEnd(std::move(output->ours));
    process.error_ = PipeEnd(std::move(error->ours));
    return process;
}

std::uint64_t Process::id() const noexcept { return child_->id(); }

Task<Result<ProcessEnd>> Process::wait(Deadline deadline) const { return wait_for(child_, deadline); }

Result<ProcessEnd> Process::wait_here(Deadline deadline) const { return child_->wait(deadline.resolve(sys::now())); }

std::optional<Result<ProcessEnd>> Process::end() const { return child_->end(); }

Result<void> Process::terminate() const { return child_->request(sys::Child::Ending::terminate); }

Result<void> Process::kill() const { return child_->request(sys::Child::Ending::kill); }

}  // namespace pier
