#include "overlapped_apc.hpp"

#include "error.hpp"
#include "overlapped_engine.hpp"
#include "overlapped_scan.hpp"
#include "timeout.hpp"

#include <utility>

namespace pier::win32 {
namespace {

class OverlappedApc final : public OverlappedEngine {
public:
    OverlappedApc(const Means& means, spi::ChunkPool& chunks) noexcept
        : OverlappedEngine(means, chunks), scan_(means.event) {
        means_.routine = on_end;
        means_.context = this;
    }
    // The routines that are still owed have this object as their context.
    ~OverlappedApc() override { outlive_notices(); }

    Result<void> wait(Time until, spi::Harvest& harvest) override {
        bool found = hand_over(harvest);
        found |= scan_.begin_turn();
        found |= reap(harvest);
        // Alertable even when there is work: only then routines run. Every one that is queued does.
        switch (::WaitForSingleObjectEx(scan_.event(), found ? 0 : milliseconds_until(until), TRUE)) {
            case WAIT_FAILED:
                return fail(translate(::GetLastError()));
            case WAIT_OBJECT_0:
                // A wait for what is set already runs none: connections in a row must not keep the transfers waiting.
                if (scan_.take_wake()) (void)hand_over(harvest);
                (void)::SleepEx(0, TRUE);
                break;
            default:
                break;
        }
        (void)reap(harvest);
        return {};
    }

    void wake() noexcept override { scan_.wake(); }

protected:
    Result<void> associate(OverlappedDescriptor&) override { return scan_.reserve(records()); }
    void pending(OverlappedLane& record) noexcept override {
        if (!means_.tell_by_routine(record.op)) scan_.add(record);
    }

private:
    // Only enqueues: it also runs inside other alertable calls, Winsock's blocking ones among them, anywhere in the
    // loop.
    static void CALLBACK on_end(DWORD code, DWORD transferred, OVERLAPPED* overlapped, DWORD) {
        auto& record = static_cast<OverlappedLane&>(*overlapped);
        auto& engine = *static_cast<OverlappedApc*>(record.hEvent);
        record.code = code;
        record.InternalHigh = transferred;
        record.next = nullptr;
        *engine.last_ = &record;
        engine.last_ = &record.next;
    }

    bool reap(spi::Harvest& harvest) noexcept {
        bool found = scan_.reap([&](OverlappedLane& record) { ended(record, harvest); });
        // What they start again reports in a later wait.
        while (first_ != nullptr) {
            OverlappedLane& record = *first_;
            first_ = record.next;
            if (first_ == nullptr) last_ = &first_;
            found = true;
            reported(record, harvest);
        }
        return found;
    }

    OverlappedScan scan_;
    OverlappedLane* first_ = nullptr;
    OverlappedLane** last_ = &first_;
};

Result<std::unique_ptr<spi::Engine>> make(spi::ChunkPool& chunks) {
    auto loaded = extensions();
    if (!loaded) return fail(loaded.error());
    HANDLE event = OverlappedScan::make_event();
    if (event == nullptr) return fail(translate(::GetLastError()));
    return std::make_unique<OverlappedApc>(Means{.extensions = *loaded, .event = event}, chunks);
}

}  // namespace

spi::EngineInfo overlapped_apc_info() {
    return {
        .name = "overlapped-apc",
        .summary = "overlapped operations with completion routines, called in the thread that started them",
        .probe = probe_overlapped,
        .make = make,
    };
}

}  // namespace pier::win32
