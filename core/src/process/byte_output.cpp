#include <pier/process/byte_output.hpp>

#include <pier/sys/console.hpp>
#include <pier/task/on_worker.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace pier {
namespace {

// Each piece costs two changes of threads, which a busy machine makes long.
constexpr std::size_t longest_piece = 256 * 1024;

}  // namespace

Task<Result<void>> ByteOutput::send_all(std::span<const std::byte> data, Deadline deadline) {
    const Deadline until = absolute(deadline);
    while (!data.empty()) {
        if (cut_short_) co_return fail(Errc::broken_pipe);
        const auto piece = data.first(std::min(data.size(), longest_piece));
        data = data.subspan(piece.size());
        // The thread may go on with it when this task has gone.
        auto write = [bytes = std::vector<std::byte>(piece.begin(), piece.end())] {
            return sys::write_standard_output(bytes);
        };
        auto written = co_await on_worker(std::move(write), until);
        if (!written) {
            cut_short_ = written.error() == Errc::timed_out || written.error() == Errc::operation_canceled;
            co_return fail(written.error());
        }
    }
    co_return {};
}

}  // namespace pier
