// What is known of the sockets of traced engines.
#pragma once

#include <pier/spi/descriptor.hpp>
#include <pier/tool/trace.hpp>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace pier::spi {

// One for the process: loops of several threads tell one story. Calls of descriptors that no traced engine has do
// nothing.
class Ledger {
public:
    static Ledger& of_process() noexcept;

    void set_sink(TraceSink sink) noexcept;

    void attached(const Descriptor& d, std::string_view kind);
    void released(const Descriptor& d);

    // An operation that is met for the first time has been started since.
    void met(const Operation& op);
    void tells(Moment moment, const Operation& op, std::uint8_t bits = 0);
    void tells(Moment moment, const Descriptor& d, std::uint8_t bits);
    void waited(std::size_t count, bool polled);
    // The whole operation has ended, or a piece of it: by a try, in the call that starts it, or as the engine reports.
    enum class Ending : std::uint8_t { tried, at_once, reported };
    void ended(const Operation& op, Ending how);
    // What waits in a lane of these sockets was parked without a call of anybody.
    void look_at(const std::vector<Descriptor*>& sockets);

private:
    struct Socket {
        std::string name;
        const Operation* under_way[2] = {};
    };

    Socket* find(const Descriptor* d) noexcept;
    void meet(Socket& socket, const Operation& op);
    void tell(TraceStep step);

    std::mutex mutex_;
    TraceSink sink_ = nullptr;
    std::map<const Descriptor*, Socket> sockets_;
    std::map<std::string, unsigned, std::less<>> counts_;
};

}  // namespace pier::spi
