// Buffers that receives hold while they wait. A receive without one needs two calls for a message, one that says that
// there is data and one that takes it; with one it needs the first only. The system locks the memory meanwhile, so only
// a few connections get one, and one that turns out to be idle has to give it back.
#pragma once

#include "winsock.hpp"

#include <cstddef>
#include <cstdint>

namespace pier::win32 {

struct OverlappedLane;

// The places of those that have one. One thread: the engine's.
class LentAhead {
public:
    static constexpr std::size_t places = 64;      // of 64 KiB: 4 MiB
    static constexpr ULONGLONG idle_after = 1000;  // milliseconds

    // A place for that record, until leave(). Where there is none: false, and `idle` may be one that has waited long
    // and should be asked to give its own back (null: nobody has). Each call looks at one place only.
    [[nodiscard]] bool enter(OverlappedLane& record, OverlappedLane*& idle) noexcept;
    void leave(OverlappedLane& record) noexcept;

private:
    struct Place {
        OverlappedLane* record = nullptr;
        ULONGLONG since = 0;
    };
    Place taken_[places];
    std::size_t count_ = 0;
    std::size_t hand_ = 0;
};

}  // namespace pier::win32
