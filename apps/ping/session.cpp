#include "session.hpp"

#include "find.hpp"
#include "program.hpp"

#include <pier/cli/program.hpp>

#include <algorithm>
#include <utility>

namespace ping {
namespace {

constexpr int no_answer_status = 1;
constexpr int error_status = 2;

}  // namespace

pier::Task<bool> Session::find(const std::string& host) {
    const auto address = co_await find_address(host, options_.family);
    if (!address) co_return false;
    targets_.push_back(std::make_unique<Target>(options_, host, *address, options_.hosts.size() > 1));
    co_return targets_.back()->open();
}

pier::Task<void> Session::run() {
    for (const std::string& host : options_.hosts) {
        const bool found = co_await find(host);
        if (found) continue;
        failed_ = true;
        co_return;
    }
    pier::TaskScope all;
    for (const auto& target : targets_) all.spawn(target->run());
    // Cancelled, it has cancelled them, too.
    (void)co_await all.join();
}

int Session::end() const {
    if (failed_) return error_status;
    int status = 0;
    for (const auto& target : targets_) {
        if (!pier::print(program, target->ended())) return error_status;
        if (target->has_failed()) {
            status = error_status;
        } else if (!target->was_reached()) {
            status = std::max(status, no_answer_status);
        }
    }
    return status;
}

}  // namespace ping
