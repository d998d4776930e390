// How far a long run is, for somebody who watches.
#pragma once

#include <cstddef>
#include <string_view>

namespace pier {

// One line on stderr that is drawn again at each step and gone in the end. Nothing at all where nobody watches.
class Progress {
public:
    Progress(std::size_t steps, bool shown) : steps_(steps), shown_(shown) {}
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // The next step begins.
    void begin(std::string_view engine, std::string_view behaviour);
    // Steps that there is nothing to do for.
    void skip(std::size_t steps) { done_ += steps; }

private:
    const std::size_t steps_;
    const bool shown_;
    std::size_t done_ = 0;
};

}  // namespace pier
