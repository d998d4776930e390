// Names to endpoints, and back, with everything that the systems' resolvers can be told (RFC 3493, section 6).
#pragma once

#include <pier/resolve.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pier {

// What a service's name is looked up for: the same name may have another port for UDP, or none.
enum class SocketType : std::uint8_t { stream, datagram };

// What becomes of the endpoints of other families than the one asked for: they are left out, or they come later.
enum class FamilyRule : std::uint8_t { only, first };

// A question. IPv4 addresses in IPv6 form (AI_V4MAPPED, AI_ALL) can't be asked for: they would be of use to sockets
// that take both families alone, and a program that asks for both families gets what it can connect to anyway.
struct LookUp {
    // A name or an address, as resolve() takes it. Empty: this machine, by its loopback addresses, or with `passive` by
    // its unspecified ones. A name that is not ASCII is converted as IDNA wants it (RFC 5891), where the system can: on
    // Linux by libidn2, where that is installed, and else it is not found.
    std::string host{};
    // As resolve() takes it; empty where only addresses are wanted, whose ports are 0 then.
    std::string service{};
    Family family = Family::unspecified;
    FamilyRule family_rule = FamilyRule::only;
    SocketType type = SocketType::stream;
    // Addresses alone: a name is not found, and nobody is asked (AI_NUMERICHOST).
    bool numeric = false;
    // Leaves out what this machine can't reach: IPv6 endpoints where it has no IPv6 address but the loopback one, and
    // IPv4 in the same way (AI_ADDRCONFIG). Addresses are not affected. Windows finds no names at all on a machine
    // without any such address ("getaddrinfo", AI_ADDRCONFIG).
    bool configured = false;
    // The host's canonical name is wanted, too (AI_CANONNAME).
    bool canonical = false;
    // To listen on (AI_PASSIVE); it matters where the host is empty.
    bool passive = false;
};

struct HostAddresses {
    // Where it was asked for: what the system takes for the host's own name, behind all aliases; of an address, the
    // address. Empty where the system knows none.
    std::string canonical_name{};
    // At least one, each once, in the system's order (RFC 6724), but for the question's FamilyRule.
    std::vector<Endpoint> endpoints{};
};

// How an endpoint's names are looked up.
struct NameLookUp {
    // The address itself, and nobody is asked for a name (NI_NUMERICHOST).
    bool numeric_host = false;
    // The port's number (NI_NUMERICSERV).
    bool numeric_service = false;
    // An address without a name is host_not_found (NI_NAMEREQD). Otherwise the address itself takes the name's place.
    bool required = false;
    SocketType type = SocketType::stream;  // NI_DGRAM
};

namespace spi {

class LookUpJob;
class LookUpNameJob;

class LookUpAwaiter : public JobAwaiter {
public:
    LookUpAwaiter(Deadline limit, std::shared_ptr<LookUpJob> job) noexcept;
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return known() ? end_at_once(handle) : JobAwaiter::await_suspend(handle);
    }
    Result<HostAddresses> await_resume();

private:
    // What needs no resolver is known at once.
    [[nodiscard]] bool known() const noexcept;
    std::shared_ptr<LookUpJob> job_;
};

class LookUpNameAwaiter : public JobAwaiter {
public:
    LookUpNameAwaiter(Deadline limit, std::shared_ptr<LookUpNameJob> job) noexcept;
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return known() ? end_at_once(handle) : JobAwaiter::await_suspend(handle);
    }
    Result<HostName> await_resume();

private:
    [[nodiscard]] bool known() const noexcept;
    std::shared_ptr<LookUpNameJob> job_;
};

}  // namespace spi

// The answer to the question, of which a copy is made. It shares the threads of resolve(), and what is said there of
// them, of deadlines and of cancelling holds here. Errors: those of resolve(); invalid_argument for Unix-domain sockets
// and for a question with neither a host nor a service. Throws std::bad_alloc where there is none for the question.
[[nodiscard]] spi::LookUpAwaiter look_up(const LookUp& question, Deadline deadline = {});

// The names of an endpoint of IPv4 or IPv6. With both parts numeric no system is asked. An address is written as
// Endpoint::address_string() does. Errors: invalid_argument for another endpoint; host_not_found where a name is
// required; otherwise as resolve_name().
[[nodiscard]] spi::LookUpNameAwaiter look_up_name(const Endpoint& endpoint, const NameLookUp& question = {},
                                                  Deadline deadline = {});

}  // namespace pier
