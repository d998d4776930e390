// Who accepts for the models that give each client a thread or a process: one client after the other, by the thread of
// main(), which blocks meanwhile.
#pragma once

#include "bell.hpp"

#include <pier/listener.hpp>

#include <deque>
#include <string_view>

namespace pier {

class Acceptor {
public:
    explicit Acceptor(Frame& frame) : frame_(frame), bell_(frame) {}

    // Begins to listen. What fails is said, and the frame fails. announce() prints the line.
    [[nodiscard]] bool open();
    void announce() const;

    // The next client. An invalid one where the bell has rung first, or there was trouble, which has been said; for
    // good it is if the frame has failed. Without room for one more it waits for the bell alone.
    [[nodiscard]] Accepted next(bool room);

    // A client for whom there was no thread, process or descriptor: next() brings it again after a pause, or as soon as
    // place_freed() has been told that another one has ended. `what` failed.
    void put_back(Accepted&& client, std::string_view what, const Error& error);
    void place_freed() noexcept { retry_at_ = {}; }
    // Whether there is one that next() brings again. Then it accepts nobody else.
    [[nodiscard]] bool holds() const noexcept { return !held_.empty(); }

    // Who connects from now on is refused, and who waits is reset.
    void close() noexcept;

    [[nodiscard]] Bell& bell() noexcept { return bell_; }

private:
    Task<Result<Accepted>> accept();

    Frame& frame_;
    Bell bell_;
    Listener listener_;  // goes before the bell's loop
    std::deque<Accepted> held_;
    Time retry_at_{};  // not before it the first of them is brought again
    Time shortage_{};  // when there was one last
    Time trouble_{};
};

}  // namespace pier
