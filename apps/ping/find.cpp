#include "find.hpp"

#include "program.hpp"

#include <pier/cli/program.hpp>
#include <pier/socket/look_up.hpp>

#include <utility>

namespace ping {

pier::Task<std::optional<pier::Endpoint>> find_address(std::string host, pier::Family family) {
    pier::LookUp question;
    question.host = std::move(host);
    question.type = pier::SocketType::datagram;
    question.family = family;
    auto found = co_await pier::look_up(question);
    if (found) co_return found->endpoints.front().reached().with_port(0);
    if (found.error() != pier::Errc::operation_canceled) pier::complain(program, question.host, found.error());
    co_return std::nullopt;
}

}  // namespace ping
