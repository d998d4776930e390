// A place that a command line names: an address and a port, or the name of a host and of a service.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/socket/connect_by_name.hpp>
#include <pier/task.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

class Place {
public:
    // What Endpoint::parse() takes, and names: "localhost:7000", "localhost:http", "127.0.0.1:http", "[::1]:http". The
    // error is a sentence that says what is wrong with the text, which it quotes. Whether there is such a host is not
    // asked yet. Throws std::bad_alloc.
    [[nodiscard]] static std::expected<Place, std::string> parse(std::string_view text);

    Place() = default;
    explicit Place(const Endpoint& endpoint) : literal_(endpoint) {}

    // For people: the endpoint as it is always written, or the names.
    [[nodiscard]] std::string to_string() const;
    // Where nothing has to be looked up.
    [[nodiscard]] const std::optional<Endpoint>& literal() const noexcept { return literal_; }

    // All endpoints of it, at least one, in the system's order. BLOCKS as resolve_now() does, with its errors.
    [[nodiscard]] Result<std::vector<Endpoint>> resolve_now() const;
    // The same for a task. Errors: those of resolve().
    [[nodiscard]] Task<Result<std::vector<Endpoint>>> resolve(Deadline deadline) const;

private:
    std::optional<Endpoint> literal_;
    std::string host_, service_;
};

// As complain(), with what each address has said that was tried, unless `what` names the only one.
int complain_of_connect(std::string_view program, std::string_view what, const ConnectFailure& failure);

}  // namespace pier
