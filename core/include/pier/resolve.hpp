// Names to endpoints, and back, by the system's resolver.
#pragma once

#include <pier/detail/offload.hpp>
#include <pier/endpoint.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pier {

// What resolve_name() gives. The service is a number where it has no name.
struct HostName {
    std::string host;
    std::string service;
};

namespace spi {

class ResolveJob;
class ResolveNameJob;

class ResolveAwaiter : public JobAwaiter {
public:
    ResolveAwaiter(Deadline limit, std::shared_ptr<ResolveJob> job) noexcept;
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return known() ? end_at_once(handle) : JobAwaiter::await_suspend(handle);
    }
    Result<std::vector<Endpoint>> await_resume();

private:
    // What needs no resolver is known at once.
    [[nodiscard]] bool known() const noexcept;
    std::shared_ptr<ResolveJob> job_;
};

class ResolveNameAwaiter : public JobAwaiter {
public:
    ResolveNameAwaiter(Deadline limit, std::shared_ptr<ResolveNameJob> job) noexcept;
    Result<HostName> await_resume();

private:
    std::shared_ptr<ResolveNameJob> job_;
};

}  // namespace spi

// The endpoints of a host and a service, in the system's order, each once, at least one. `host`: a name, or an address
// as Endpoint::parse_address reads it (never the historical short, octal and hexadecimal forms); `service`: a port
// number (0 to 65535) or a name of the system's table for TCP: visible ASCII with a letter in it, so no " 80" and no
// "+80". Four calls run at a time, 1,024 wait. After a deadline or a cancel a call that runs goes on in the background,
// since no system can interrupt it; one that waits is never made, and gives its place back at once. Errors:
// host_not_found, service_not_found, temporary_resolver_failure (also when all places are taken), timed_out,
// operation_canceled; no_such_interface and misplaced_zone as Endpoint::parse_address; invalid_argument for an empty
// host and a NUL; not_enough_memory where the call found none. Throws std::bad_alloc where there is none for the
// request. Not in a child that was forked without exec: the threads that make the calls exist in the parent alone, so
// that names without a literal address are answered by nobody.
[[nodiscard]] spi::ResolveAwaiter resolve(std::string_view host, std::string_view service,
                                          Family family = Family::unspecified, Deadline deadline = {});

// The names of an endpoint (RFC 1035's reverse lookup). Errors: host_not_found when the address has none, and as above.
[[nodiscard]] spi::ResolveNameAwaiter resolve_name(const Endpoint& endpoint, Deadline deadline = {});

}  // namespace pier
