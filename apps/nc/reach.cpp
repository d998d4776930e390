#include "reach.hpp"

#include <pier/cli/program.hpp>
#include <pier/resolve.hpp>

#include <string>
#include <utility>

namespace nc {
namespace {

using Endpoints = std::optional<std::vector<pier::Endpoint>>;

Endpoints find_path(const std::string& path) {
    const bool is_abstract = path.starts_with('@');
    auto endpoint =
        is_abstract ? pier::Endpoint::unix_abstract(std::string_view(path).substr(1)) : pier::Endpoint::unix_path(path);
    if (endpoint) return std::vector<pier::Endpoint>{std::move(*endpoint)};
    pier::complain(program, "\"" + path + "\"", endpoint.error());
    return std::nullopt;
}

pier::Task<Endpoints> find(const Options& options, const std::string& host) {
    if (options.numeric) {
        auto address = pier::Endpoint::parse_address(host);
        if (!address) {
            pier::complain(program, "\"" + host + "\" with -n", address.error());
            co_return std::nullopt;
        }
    }
    auto found = co_await pier::resolve(host, "0", options.family);
    if (!found) {
        if (found.error() != pier::Errc::operation_canceled) {
            const char* of_family = options.family == pier::Family::ipv4   ? " as an address of IPv4"
                                    : options.family == pier::Family::ipv6 ? " as an address of IPv6"
                                                                           : "";
            pier::complain(program, "finding \"" + host + "\"" + of_family, found.error());
        }
        co_return std::nullopt;
    }
    co_return std::move(*found);
}

}  // namespace

pier::Task<Endpoints> find_host(const Options& options) {
    if (options.unix_domain) co_return find_path(options.host);
    if (options.host.empty()) {
        const bool is_ipv6 = options.family == pier::Family::ipv6;
        co_return std::vector<pier::Endpoint>{pier::Endpoint::any(is_ipv6 ? pier::Family::ipv6 : pier::Family::ipv4)};
    }
    co_return co_await find(options, options.host);
}

pier::Task<std::optional<std::vector<std::uint16_t>>> find_ports(const Options& options) {
    std::vector<std::uint16_t> ports;
    for (const PortRange& range : options.ports) {
        if (range.service.empty()) {
            for (unsigned port = range.first; port <= range.last; ++port) {
                ports.push_back(static_cast<std::uint16_t>(port));
            }
            continue;
        }
        auto found = co_await pier::resolve("127.0.0.1", range.service);
        if (!found) {
            if (found.error() != pier::Errc::operation_canceled) {
                pier::complain(program, "finding the port \"" + range.service + "\"", found.error());
            }
            co_return std::nullopt;
        }
        ports.push_back(found->front().port());
    }
    if (options.unix_domain) ports.push_back(0);
    co_return ports;
}

pier::Task<Endpoints> find_sources(const Options& options) {
    std::vector<pier::Endpoint> sources;
    if (options.unix_domain) {
        if (options.source.empty()) co_return sources;
        co_return find_path(options.source);
    }
    if (!options.source.empty()) {
        auto found = co_await find(options, options.source);
        if (!found) co_return std::nullopt;
        for (const pier::Endpoint& each : *found) sources.push_back(each.with_port(options.source_port));
    } else if (options.source_port != 0) {
        sources.push_back(pier::Endpoint::any(pier::Family::ipv4, options.source_port));
        sources.push_back(pier::Endpoint::any(pier::Family::ipv6, options.source_port));
    }
    co_return sources;
}

pier::Task<pier::Race> reach(const Options& options, const std::vector<pier::Endpoint>& addresses, std::uint16_t port,
                             const std::vector<pier::Endpoint>& sources) {
    std::vector<pier::Endpoint> peers;
    peers.reserve(addresses.size());
    for (const pier::Endpoint& address : addresses) peers.push_back(address.with_port(port));
    pier::AttemptRules rules{sources, options.patience};
    auto race = co_await pier::race_to_connect(std::move(peers), std::move(rules));
    std::erase_if(race.attempts,
                  [](const pier::FailedAttempt& each) { return each.error == pier::Errc::operation_canceled; });
    co_return race;
}

}  // namespace nc
