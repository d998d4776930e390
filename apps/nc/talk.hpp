// One conversation: standard input to the other end, and what comes from there to standard output, at the same time.
#pragma once

#include "options.hpp"
#include "wire.hpp"

#include <pier/process/byte_input.hpp>
#include <pier/process/byte_output.hpp>
#include <pier/scope.hpp>
#include <pier/sync/event.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string_view>

namespace nc {

// The process's streams, which one conversation after the other has.
struct Console {
    pier::ByteInput input;
    pier::ByteOutput output;
};

struct TalkRules {
    bool input = true;        // send what comes from standard input
    bool finish = false;      // tell the other end when that has ended
    bool ends_first = false;  // over when the other end has finished, whatever standard input still has
    bool verbose = false;
    std::optional<pier::Duration> idle;  // over when nothing moves for so long
    std::optional<pier::Duration> quit;  // over so long after the end of standard input
};

[[nodiscard]] TalkRules rules_of(const Options& options);

enum class Outcome : std::uint8_t {
    well,
    failed,       // which has been said
    output_gone,  // the same, and there is nowhere to write to: no further conversation has a point
    interrupted,  // the task was cancelled
};

// Memory: a buffer for each direction. Whoever takes slowly holds up the one that gives, and not the other direction.
class Talk {
public:
    Talk(Wire& wire, Console& console, const TalkRules& rules) noexcept
        : wire_(wire), console_(console), rules_(rules) {}

    // Until it is over; the wire is closed then.
    pier::Task<Outcome> run();

private:
    pier::Task<void> receive_all();
    pier::Task<void> send_all();
    pier::Task<bool> send_piece(std::span<const std::byte> piece);
    pier::Task<void> end_when_idle();
    pier::Task<void> end_later();
    void received_end();
    void sent_end();
    void touch() noexcept;
    void fail(std::string_view doing, const pier::Error& error);
    static void thrown(void* talk, const std::exception_ptr& exception) noexcept;

    Wire& wire_;
    Console& console_;
    const TalkRules rules_;
    pier::TaskScope* sending_ = nullptr;
    pier::TaskScope* others_ = nullptr;
    pier::Event over_;
    pier::Time moved_{};  // when something came or went last
    Outcome outcome_ = Outcome::well;
    bool writing_ = false;  // standard output takes its time: the connection is not idle
    bool received_all_ = false;
    bool sent_all_ = false;
};

}  // namespace nc
