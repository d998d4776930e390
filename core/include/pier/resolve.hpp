// Names to endpoints, and back, by the system's resolver.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/spi/offload.hpp>

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
    // What needs no resolver is known at once.
    [[nodiscard]] bool await_ready() const noexcept;
    Result<std::vector<Endpoint>> await_resume();

private:
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
// number (0 to 65535) or a name of the system's table for TCP. The call goes on in the background after a deadline or a
// cancel, since no system can interrupt it; four run at a time. Errors: host_not_found, service_not_found,
// temporary_resolver_failure, timed_out, operation_canceled; invalid_argument for an empty host and a NUL.
[[nodiscard]] spi::ResolveAwaiter resolve(std::string_view host, std::string_view service,
                                          Family family = Family::unspecified, Deadline deadline = {});

// The names of an endpoint (RFC 1035's reverse lookup). Errors: host_not_found when the address has none, and as above.
[[nodiscard]] spi::ResolveNameAwaiter resolve_name(const Endpoint& endpoint, Deadline deadline = {});

}  // namespace pier
