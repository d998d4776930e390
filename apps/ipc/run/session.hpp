// A conversation with a second process, as the first one has it.
#pragma once

#include "kind.hpp"
#include "run/order.hpp"

#include <pier/cli/latency.hpp>
#include <pier/ipc/pipe.hpp>
#include <pier/process.hpp>
#include <pier/stop.hpp>

#include <memory>
#include <string>

namespace ipc {

enum class Direction : bool { there, back };

class Session {
public:
    // Starts the process and meets it. `requests`: the user's wish to stop ends every call; null: there is none to
    // hear. Both outlive it.
    [[nodiscard]] static pier::Task<OrFault<std::unique_ptr<Session>>> open(const Kind& kind, Way way,
                                                                            pier::StopRequests* requests);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    // Ends the process, if it has not ended by itself.
    ~Session();

    // How long the load took, from the order to the other end's word that all of it has come.
    [[nodiscard]] pier::Task<OrFault<pier::Duration>> transfer(Direction direction, Load load);
    [[nodiscard]] pier::Task<OrFault<pier::Latency>> ask(std::uint64_t rounds);
    // Lets the process end, and looks how it did.
    [[nodiscard]] pier::Task<OrFault<void>> end();

private:
    Session(const Kind& kind, Way way, pier::StopRequests* requests) noexcept
        : kind_(kind), way_(way), requests_(requests) {}

    pier::Task<OrFault<void>> begin();
    pier::Task<OrFault<void>> meet();
    pier::Task<OrFault<void>> transfer_here(Direction direction, Load load);
    pier::Task<OrFault<pier::Latency>> ask_here(std::uint64_t rounds);
    OrFault<void> order(Order order);
    pier::Task<OrFault<void>> hear();
    // The work, or why it can't be done any more: the process has ended, the user has asked, nothing goes on.
    template <class T>
    pier::Task<OrFault<T>> guarded(pier::Task<OrFault<T>> work, std::string doing);
    pier::Task<Fault> explain(Fault fault, std::string doing);

    const Kind& kind_;
    const Way way_;
    pier::StopRequests* const requests_;
    std::unique_ptr<Host> host_;
    std::unique_ptr<pier::Process> process_;
    pier::PipeStream answers_;
    std::string heard_;  // of the answers, not yet a line
    std::unique_ptr<Side> side_;
};

}  // namespace ipc
