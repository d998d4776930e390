#include "engine/overlapped/overlapped_event.hpp"

#include "engine/overlapped/overlapped_engine.hpp"
#include "engine/overlapped/overlapped_scan.hpp"
#include "engine/short_wait.hpp"
#include "engine/timeout.hpp"
#include "process/error.hpp"

#include <utility>

namespace pier::win32 {
namespace {

class OverlappedEvent final : public OverlappedEngine {
public:
    OverlappedEvent(const Extensions& extensions, OwnedHandle event, spi::ChunkPool& chunks) noexcept
        : OverlappedEngine(Means{.extensions = extensions, .event = event.get()}, chunks), scan_(std::move(event)) {}
    ~OverlappedEvent() override { outlive_notices(); }

    Result<void> wait(Time until, spi::Harvest& harvest) override {
        auto reap = [&] { return scan_.reap([&](OverlappedLane& record) { ended(record, harvest); }); };
        bool found = hand_over(harvest);
        found |= scan_.begin_turn();
        found |= reap();
        if (found) return {};
        // Also with a time in the past: under Wine nothing ends but while its thread waits.
        const bool alertable = short_wait_.begin(until) == ShortWait::Mode::alertable;
        switch (::WaitForSingleObjectEx(scan_.event(), milliseconds_until(until), alertable)) {
            case WAIT_IO_COMPLETION:
                short_wait_.interrupted();
                return {};
            case WAIT_FAILED:
                return fail(translate(::GetLastError()));
            case WAIT_OBJECT_0:
                if (scan_.take_wake()) (void)hand_over(harvest);
                (void)reap();
                return {};
            default:
                return {};
        }
    }

    void wake() noexcept override { scan_.wake(); }

protected:
    // What succeeds at once needs no notice: the event that it set, too, is only a hint.
    Result<void> associate(OverlappedDescriptor& d) override {
        d.silent_success = true;
        return scan_.reserve(records());
    }
    void pending(OverlappedLane& record) noexcept override { scan_.add(record); }

private:
    OverlappedScan scan_;
    ShortWait short_wait_;
};

Result<std::unique_ptr<spi::Engine>> make(spi::ChunkPool& chunks) {
    auto loaded = extensions();
    if (!loaded) return fail(loaded.error());
    OwnedHandle event = make_event();
    if (!event) return fail(translate(::GetLastError()));
    return std::make_unique<OverlappedEvent>(*loaded, std::move(event), chunks);
}

}  // namespace

spi::EngineInfo overlapped_event_info() {
    return {
        .name = "overlapped-event",
        .summary = "overlapped operations and one event: looks through all of them at every turn; for hundreds",
        .probe = probe_overlapped,
        .make = make,
    };
}

}  // namespace pier::win32
