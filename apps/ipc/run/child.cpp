#include "run/child.hpp"

#include "kind/words.hpp"
#include "program.hpp"
#include "run/order.hpp"
#include "run/ways.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/process/line_input.hpp>
#include <pier/stop.hpp>
#include <pier/sys/process.hpp>
#include <pier/task/race.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace ipc {
namespace {

// False when nobody reads any more.
bool tell(std::string_view text) {
    std::string line(text);
    std::ranges::replace(line, '\n', ' ');
    line.append("\n");
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0;
}

bool tell_outcome(const OrFault<void>& outcome) {
    if (outcome) return tell(done_word);
    return tell(std::string(fault_word).append(outcome.error().sentence));
}

pier::Task<OrFault<void>> obey(Side& side, Order order) {
    if (order.what == Order::Do::send) co_return co_await side.send(order.load);
    if (order.what == Order::Do::receive) co_return co_await side.receive(order.load);
    co_return co_await side.answer(order.load.count);
}

// A fault for what is no order; nothing when the first process has ended the orders, or itself.
pier::Task<std::optional<OrFault<Order>>> next_order(pier::LineInput& input) {
    auto line = co_await input.next();
    if (!line) co_return OrFault<Order>(fault("reading the orders", line.error()));
    if (!*line) co_return std::nullopt;
    const auto order = Order::parse(**line);
    if (!order) co_return OrFault<Order>(fault("there is no order \"" + **line + "\""));
    co_return OrFault<Order>(*order);
}

// The first process may go while an order is being obeyed. What waits for it then may wait for ever, in a thread that
// nobody can end: so this process ends.
pier::Task<void> end_without_first(pier::LineInput& input) {
    auto line = co_await input.next();
    const bool lost = line && !*line;
    if (lost) std::_Exit(1);
}

pier::Task<int> serve(Side& side) {
    pier::LineInput input;
    for (;;) {
        auto order = co_await next_order(input);
        if (!order) co_return 0;
        if (!*order) {
            (void)tell_outcome(std::unexpected(order->error()));
            co_return 1;
        }
        auto both = pier::race(obey(side, **order), end_without_first(input));
        auto first = co_await std::move(both);
        if (first.index() != 0) co_return 1;
        const auto& outcome = std::get<0>(first);
        if (!tell_outcome(outcome) || !outcome) co_return 1;
    }
}

pier::Task<int> run(const Kind& kind, Way way, std::vector<std::string> words) {
    // What the terminal tells everybody is the first process's to decide; where nothing can be caught, both end.
    auto requests = pier::StopRequests::open();
    auto side = co_await join(kind, way, std::move(words));
    if (!side) {
        (void)tell_outcome(std::unexpected(std::move(side.error())));
        co_return 1;
    }
    if (!tell(done_word)) co_return 1;
    co_return co_await serve(**side);
}

}  // namespace

std::optional<int> run_as_child(int argc, char** argv) {
    std::vector<std::string> arguments = pier::sys::arguments(argc, argv);
    constexpr std::size_t least = 6;  // the program, the word, the kind, the way, the engine, busy polling in ns
    if (arguments.size() < least || arguments[1] != child_word) return std::nullopt;
    pier::sys::prepare_process();
    const Kind* kind = find_kind(arguments[2]);
    const Way way = arguments[3] == name_of(Way::raw) ? Way::raw : Way::pier;
    auto loop = pier::Loop::create(arguments[4]);
    if (!loop) return pier::complain(program, "starting engine " + arguments[4], loop.error());
    const auto busy_poll = number_of<pier::Duration::rep>(arguments[5]);
    if (kind == nullptr || !busy_poll) return 2;
    (*loop)->set_busy_poll(pier::Duration(*busy_poll));
    return (*loop)->run(run(*kind, way, {arguments.begin() + least, arguments.end()}));
}

}  // namespace ipc
