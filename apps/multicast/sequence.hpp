// The numbers of one sender's datagrams, as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace multicast {

class Sequence {
public:
    // How many numbers that have not come are remembered. What comes later than that counts as a duplicate.
    static constexpr std::size_t most_missing = 4096;

    enum class Place : std::uint8_t {
        in_order,   // the first one as well, whatever its number is: the sender may have begun before us
        gap,        // some before it have not come
        duplicate,  // it has come already
        late,       // behind others that were sent later
    };
    struct Seen {
        Place place = Place::in_order;
        std::uint64_t first_missing = 0;  // of a gap
        std::uint64_t last_missing = 0;
    };
    // Throws std::bad_alloc.
    Seen take(std::uint64_t number);

    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t gaps() const noexcept {
        return gaps_;
    }  // when they came up; late ones may have filled them
    [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }  // up to now
    [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }
    [[nodiscard]] std::uint64_t late() const noexcept { return late_; }

private:
    Seen take_ahead(std::uint64_t number);

    bool begun_ = false;
    std::uint64_t first_ = 0;
    std::uint64_t next_ = 0;
    std::set<std::uint64_t> absent_;
    std::uint64_t received_ = 0;
    std::uint64_t gaps_ = 0;
    std::uint64_t missing_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t late_ = 0;
};

}  // namespace multicast
