// Shows and sets the options of a socket of its own.
#include "options.hpp"
#include "program.hpp"
#include "report.hpp"
#include "value.hpp"

#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>
#include <pier/stream.hpp>
#include <pier/sys/options.hpp>
#include <pier/sys/socket.hpp>

#include <optional>
#include <utility>

namespace sockopt {
namespace {

using pier::Errc;
using pier::option::Access;
using pier::option::Entry;
using pier::option::Raw;
using pier::spi::SocketKind;

constexpr int refused_status = 1;
constexpr int wrong_usage_status = 2;

pier::Result<pier::Accepted> open(const Options& options) {
    if (auto started = pier::sys::start_up(); !started) return pier::fail(started.error());
    const auto opened = pier::sys::open(options.family, options.kind);
    if (!opened) return pier::fail(opened.error());
    pier::Accepted socket(*opened);  // closes it on every way out
    if (options.kind == SocketKind::listener) {
        const auto place = pier::Endpoint::loopback(options.family);
        if (auto done = pier::sys::bind(*opened, place, options.kind, {}); !done) return pier::fail(done.error());
        if (auto done = pier::sys::listen(*opened, {}); !done) return pier::fail(done.error());
    }
    return socket;
}

struct Wish {
    const Entry* entry;
    std::optional<Raw> value;  // none: it is only shown
};

// A sentence where the word is no option of this socket, or its value none of the option.
std::expected<Wish, std::string> wish_of(const Options& options, const std::string& word) {
    const std::size_t sign = word.find('=');
    const auto entry = find(std::string_view(word).substr(0, sign));
    if (!entry) return std::unexpected(entry.error());
    const std::string name((*entry)->name);
    if (!pier::option::applies(**entry, options.kind, options.family)) {
        return std::unexpected(name + ": " + socket_text(options) + " has no such option");
    }
    if (sign == std::string::npos) return Wish{*entry, std::nullopt};
    if ((*entry)->access == Access::read_only) return std::unexpected(name + " is only read; the system sets it");
    const std::string_view text = std::string_view(word).substr(sign + 1);
    auto value = parse(**entry, text);
    if (!value) return std::unexpected(name + "=" + pier::printable(text) + ": " + value.error());
    return Wish{*entry, std::move(*value)};
}

// What people can do about it, where Pier knows more than the system says.
std::string reason_of(const Entry& entry, const pier::Error& error) {
    if (error == Errc::not_supported) {
        std::string text = "this system has no such option";
        if (!entry.promise.empty()) text.append(": ").append(entry.promise);
        return text;
    }
    std::string text = pier::describe(error);
    if (error == Errc::invalid_argument && !entry.promise.empty()) text.append("; ").append(entry.promise);
    return text;
}

// Sets what is to be set, and shows the wishes, or all options without one.
int run(const Options& options, const std::vector<Wish>& wishes) {
    const auto socket = open(options);
    if (!socket) return pier::complain(program, "opening " + socket_text(options), socket.error());
    int status = 0;
    const auto refuse = [&](const Entry& entry, const pier::Error& error) {
        pier::say(program, std::string(entry.name) + ": " + reason_of(entry, error));
        status = refused_status;
    };
    for (const Wish& wish : wishes) {
        if (!wish.value) continue;
        const auto set = pier::option::write(socket->socket(), options.kind, wish.entry->id, *wish.value);
        if (!set) refuse(*wish.entry, set.error());
    }
    std::vector<Row> rows;
    const auto show = [&](const Entry& entry) {
        rows.push_back({&entry, pier::option::read(socket->socket(), options.kind, entry.id)});
    };
    for (const Wish& wish : wishes) {
        show(*wish.entry);
        const auto& value = rows.back().value;
        if (!value && !wish.value) refuse(*wish.entry, value.error());
    }
    if (wishes.empty()) {
        for (const Entry& entry : pier::option::table()) {
            if (pier::option::applies(entry, options.kind, options.family)) show(entry);
        }
    }
    const bool printed = pier::print(program, options.json ? json(options, rows) : table(options, rows));
    return printed ? status : refused_status;
}

}  // namespace
}  // namespace sockopt

int main(int argc, char** argv) {
    using namespace sockopt;
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    std::vector<Wish> wishes;
    for (const std::string& word : options->words) {
        auto wish = wish_of(*options, word);
        if (!wish) {
            pier::say(program, wish.error());
            return wrong_usage_status;
        }
        wishes.push_back(std::move(*wish));
    }
    return run(*options, wishes);
}
