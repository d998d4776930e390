#include <pier/file/file_awaiter.hpp>

#include <pier/detail/offload.hpp>
#include <pier/loop.hpp>
#include <pier/sys/file.hpp>

namespace pier::spi {
namespace {

Result<std::size_t> make_call(const FileOperation& op) noexcept {
    if (op.kind == FileOperation::Kind::read) return sys::read_file(op.file, op.offset, {op.buffer, op.length});
    return sys::write_file(op.file, op.offset, {op.buffer, op.length});
}

}  // namespace

// The call of an operation, on a worker thread. The operation waits for it, so it may be looked at.
class FileJob final : public Job {
public:
    explicit FileJob(const FileOperation& op) noexcept : op_(op) {}
    [[nodiscard]] const Result<std::size_t>& result() const noexcept { return result_; }

private:
    void work() noexcept override { result_ = make_call(op_); }

    const FileOperation& op_;
    Result<std::size_t> result_ = 0;
};

Progress FileAwaiter::begin(Loop& loop) {
    on_->loop->require_here();
    if (loop.traits().one_at_a_time) return call_at_once(loop);
    if (!on_->engines) job_ = std::make_shared<FileJob>(*this);
    withdraw = stop;
    const Progress started = loop.start(*this, take_deadline());
    if (stage != Stage::in_flight) return started;  // cancelled already
    handed_over_ = true;
    if (on_->engines) {
        loop.start_file(*this);
    } else {
        job_->submit_for(loop, *this, job_);
    }
    return started;
}

// On the blocking engine.
Progress FileAwaiter::call_at_once(Loop& loop) noexcept {
    (void)take_deadline();
    Result<std::size_t> result = 0;
    if (!context->stopping()) result = make_call(*this);
    const Progress ended = loop.end_at_once(*this, result ? Error{} : result.error());
    if (result && error.condition == Errc::ok) transferred = static_cast<std::uint32_t>(*result);
    return ended;
}

// A call that has begun has the caller's buffer, so its end is waited for.
void FileAwaiter::stop(Loop& loop, Operation& op, Error reason) noexcept {
    auto& self = static_cast<FileAwaiter&>(op);
    if (self.why) return;  // asked for already
    self.why = reason;
    if (!self.handed_over_ || (self.job_ != nullptr && self.job_->take_back())) {
        self.handed_over_ = false;
        return loop.end(op, reason);
    }
    if (self.on_->engines) loop.cancel_file(self);
}

Result<std::size_t> FileAwaiter::await_resume() const noexcept {
    if (error.condition != Errc::ok) return fail(error == Errc::operation_canceled && why ? why : error);
    if (job_ != nullptr && handed_over_) return job_->result();
    return transferred;
}

}  // namespace pier::spi

namespace pier {

void Loop::start_file(spi::FileOperation& op) noexcept {
    if (auto started = engine_->start_file(op); !started) end(op, started.error());
}

}  // namespace pier
