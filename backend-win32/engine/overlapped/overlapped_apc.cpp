#include "engine/overlapped/overlapped_apc.hpp"

#include "engine/overlapped/overlapped_engine.hpp"
#include "engine/overlapped/overlapped_scan.hpp"
#include "engine/short_wait.hpp"
#include "engine/timeout.hpp"
#include "process/error.hpp"

#include <utility>

namespace pier::win32 {
namespace {

class OverlappedApc final : public OverlappedEngine {
public:
    OverlappedApc(const Extensions& extensions, OwnedHandle event, spi::ChunkPool& chunks) noexcept
        : OverlappedEngine(Means{.extensions = extensions, .event = event.get()}, chunks), scan_(std::move(event)) {
        means_.routine = on_end;
        means_.pipe_routine = on_pipe_end;
        means_.context = this;
    }
    // The routines that are still owed have this object as their context.
    ~OverlappedApc() override { outlive_notices(); }

    // A routine comes to the thread that began its call, and to no other: none may be owed when that thread goes. So
    // what outlives the run is cancelled; its end is taken by the next run, which begins it again.
    void end_run() noexcept override {
        for (OverlappedLane* record = owed_; record != nullptr; record = record->next) request_cancel(*record->op);
        // The system cancels at once, or soon.
        for (int round = 0; round < spi::limits::ending_rounds && owed_ != nullptr; ++round) {
            (void)::SleepEx(round == 0 ? 0 : static_cast<DWORD>(spi::limits::ending_round.count()), TRUE);
        }
        spi::require(owed_ == nullptr, "the system did not give back what a run had handed to it");
    }

    Result<void> wait(Time until, spi::Harvest& harvest) override {
        bool found = hand_over(harvest);
        found |= scan_.begin_turn();
        found |= reap(harvest);
        // Alertable even when there is work: only then routines run. Every one that is queued does.
        if (!found) (void)short_wait_.begin(until);  // its call ends the wait as the routines do
        switch (::WaitForSingleObjectEx(scan_.event(), found ? 0 : milliseconds_until(until), TRUE)) {
            case WAIT_IO_COMPLETION:
                short_wait_.interrupted();  // by it, or by a routine
                break;
            case WAIT_FAILED:
                return fail(translate(::GetLastError()));
            case WAIT_OBJECT_0:
                if (scan_.take_wake()) (void)hand_over(harvest);
                // A wait for what is set already runs none: connections in a row must not keep the transfers waiting.
                // Where no routine is to come it would be a call for nothing, after every piece of a file.
                if (owed_ != nullptr) (void)::SleepEx(0, TRUE);
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
        if (!means_.tell_by_routine(record)) return scan_.add(record);
        record.before = nullptr;
        record.next = owed_;
        if (owed_ != nullptr) owed_->before = &record;
        owed_ = &record;
    }

private:
    // Only moves the record to the other queue: it also runs inside other alertable calls, Winsock's blocking ones
    // among them, anywhere in the loop.
    static void CALLBACK on_end(DWORD code, DWORD transferred, OVERLAPPED* overlapped, DWORD) {
        auto& record = static_cast<OverlappedLane&>(*overlapped);
        auto& engine = *static_cast<OverlappedApc*>(record.hEvent);
        record.code = code;
        record.InternalHigh = transferred;
        (record.before != nullptr ? record.before->next : engine.owed_) = record.next;
        if (record.next != nullptr) record.next->before = record.before;
        record.next = nullptr;
        *engine.last_ = &record;
        engine.last_ = &record.next;
    }

    static void CALLBACK on_pipe_end(DWORD code, DWORD transferred, OVERLAPPED* overlapped) {
        on_end(code, transferred, overlapped, 0);
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
    ShortWait short_wait_;
    OverlappedLane* owed_ = nullptr;   // whose routines are to come, linked both ways
    OverlappedLane* first_ = nullptr;  // whose routines have come
    OverlappedLane** last_ = &first_;
};

Result<std::unique_ptr<spi::Engine>> make(spi::ChunkPool& chunks) {
    auto loaded = extensions();
    if (!loaded) return fail(loaded.error());
    OwnedHandle event = make_event();
    if (!event) return fail(translate(::GetLastError()));
    return std::make_unique<OverlappedApc>(*loaded, std::move(event), chunks);
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
