#include <pier/stop.hpp>

#include <pier/sys/stop.hpp>

#include <atomic>
#include <utility>

namespace pier {
namespace {

std::atomic<bool> taken{false};

}  // namespace

// Its own memory, because it may still stand in the loop's inbox when the StopRequests goes.
struct StopRequests::Notice : Post {
    Loop* loop = nullptr;
    StopRequests* owner = nullptr;  // the loop's thread alone
    std::atomic<bool> on_its_way{false};

    // Inside a signal handler, or on another thread.
    static void requested(void* context) noexcept {
        auto& notice = *static_cast<Notice*>(context);
        if (!notice.on_its_way.exchange(true, std::memory_order_acq_rel)) notice.loop->post(notice);
    }
    static void arrived(Post& post) noexcept {
        auto& notice = static_cast<Notice&>(post);
        if (notice.owner == nullptr) {
            delete &notice;
            return;
        }
        notice.on_its_way.store(false, std::memory_order_release);
        notice.owner->came_.set();
    }
};

Result<std::unique_ptr<StopRequests>> StopRequests::open() {
    Loop& loop = this_loop();
    // All the memory first: what has been taken is given back only by one that has its notice.
    std::unique_ptr<StopRequests> requests(new StopRequests);
    auto notice = std::make_unique<Notice>();
    if (taken.exchange(true)) return fail(Errc::already_in_progress);
    requests->notice_ = notice.release();
    requests->notice_->loop = &loop;
    requests->notice_->owner = requests.get();
    requests->notice_->run = Notice::arrived;
    if (auto watched = sys::on_stop_request(Notice::requested, requests->notice_); !watched) {
        return fail(watched.error());
    }
    return requests;
}

StopRequests::~StopRequests() {
    if (notice_ == nullptr) return;  // it never began
    // From here on nobody posts it.
    (void)sys::on_stop_request(nullptr, nullptr);
    if (notice_->on_its_way.load(std::memory_order_acquire)) {
        notice_->owner = nullptr;  // its post is still to come, and frees it
    } else {
        delete notice_;
    }
    taken.store(false);
}

Task<Result<void>> StopRequests::wait(Deadline deadline) {
    auto came = co_await came_.wait(deadline);
    if (came) came_.reset();
    co_return came;
}

}  // namespace pier
