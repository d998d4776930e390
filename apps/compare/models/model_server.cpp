#include "models/model_server.hpp"

#include "models/serving.hpp"

#include <pier/signal.hpp>
#include <pier/sys/process.hpp>
#include <pier/tool/child_process.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace compare {
namespace {

// A system that looks at a program before it starts, or has to boot first.
constexpr std::chrono::seconds time_to_start{60};

// Of "listening tcp 127.0.0.1:7000 engine=NAME".
std::expected<pier::Endpoint, std::string> place_in(const std::string& line) {
    constexpr std::string_view before = "listening tcp ";
    const std::string unknown = "it said \"" + line + "\" instead of where it listens";
    if (!line.starts_with(before)) return std::unexpected(unknown);
    const std::size_t end = line.find(' ', before.size());
    auto place = pier::Endpoint::parse(line.substr(before.size(), end - before.size()));
    if (!place) return std::unexpected(unknown);
    return *place;
}

std::expected<std::string, std::string> first_line(pier::PipeEnd& output) {
    const pier::Deadline deadline = pier::after(time_to_start);
    std::string text;
    while (text.find('\n') == std::string::npos) {
        std::array<std::byte, 256> piece{};
        auto size = output.read(piece, deadline);
        if (!size) return std::unexpected("waiting for it to listen: " + pier::describe(size.error()));
        if (*size == 0) return std::unexpected("it ended before it listened");
        text.append(reinterpret_cast<const char*>(piece.data()), *size);
    }
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::expected<std::unique_ptr<ModelServer>, std::string> ModelServer::start(const ServedModel& model,
                                                                            bool two_clients) {
    std::vector<std::string> words{std::string(serving_word),
                                   std::to_string(pier::sys::own_id()),
                                   "--model",
                                   std::string(model.name),
                                   "--listen",
                                   "127.0.0.1:0"};
    if (two_clients) words.insert(words.end(), model.two_clients.begin(), model.two_clients.end());
    auto process = pier::Process::spawn({.program = pier::sys::own_program(),
                                         .arguments = std::move(words),
                                         .input = pier::Redirect::null(),
                                         .output = pier::Redirect::pipe(),
                                         .error = pier::Redirect::null()});
    if (!process) return std::unexpected("starting the server: " + pier::describe(process.error()));
    std::unique_ptr<ModelServer> server(new ModelServer(std::move(*process)));
    auto line = first_line(server->process_.output());
    if (!line) return std::unexpected(line.error());
    auto place = place_in(*line);
    if (!place) return std::unexpected(place.error());
    server->place_ = *place;
    return server;
}

pier::Result<void> ModelServer::ask_to_stop() const noexcept {
    return pier::send_signal(process_.id(), pier::Signal::terminate);
}

}  // namespace compare
