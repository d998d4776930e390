#include "models/serving.hpp"

#include "options.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/server/serve.hpp>
#include <pier/sys/process.hpp>
#include <pier/tool/child_process.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace compare {
namespace {

// Longer than any steps between the request to stop and the client's end take: the grace is not what is asked about.
constexpr std::chrono::seconds grace{20};

void crash() noexcept {
    volatile int* volatile nowhere = nullptr;  // both, or the write may be left out
    *nowhere = 1;
}

pier::Task<pier::Result<void>> echo(pier::Stream peer) {
    for (;;) {
        auto got = co_await peer.receive();
        if (!got) co_return std::unexpected(got.error());
        if (got->empty()) co_return {};
        const std::string_view said(reinterpret_cast<const char*>(got->data()), got->size());
        if (said.starts_with(crash_word)) crash();
        if (auto sent = co_await peer.send_all(*got); !sent) co_return std::unexpected(sent.error());
    }
}

}  // namespace

std::optional<int> serve_for_parent(int argc, char** argv) {
    const std::vector<std::string> words = pier::sys::arguments(argc, argv);
    if (words.size() < 3 || words[1] != serving_word) return std::nullopt;
    std::uint64_t parent = 0;
    std::from_chars(words[2].data(), words[2].data() + words[2].size(), parent);
    pier::sys::end_with_parent(parent);
    pier::sys::crash_at_once();
    return pier::serve(argc, argv,
                       {.name = program,
                        .handler = echo,
                        .summary = "Serves for the table of models.",
                        .grace = grace,
                        .options = [&parent](pier::CommandLine& app) {
                            app.add_option(std::string(serving_word), parent, "").group("");
                        }});
}

}  // namespace compare
