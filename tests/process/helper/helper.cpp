// What the tests of processes start: it does what its first argument says, and tells on its standard output.
#include "helper.hpp"

#include <pier/loop.hpp>
#include <pier/process.hpp>
#include <pier/signal.hpp>
#include <pier/sys/process.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

namespace {

using Words = std::vector<std::string>;

void put(const std::string& text, std::FILE* to = stdout) {
    std::fwrite(text.data(), 1, text.size(), to);
    std::fflush(to);
}

// The length of each in four bytes, the lowest first, and its bytes.
int echo_arguments(const Words& words) {
    std::string all;
    for (const std::string& word : words) {
        for (int shift = 0; shift < 32; shift += 8) all += static_cast<char>(word.size() >> shift);
        all += word;
    }
    put(all);
    return 0;
}

int copy_input(const Words&) {
    std::array<char, 4096> some;
    for (;;) {
        const std::size_t count = std::fread(some.data(), 1, some.size(), stdin);
        if (count == 0) return 0;
        put(std::string(some.data(), count));
    }
}

// Until its input ends.
int stay(const Words& words) {
    for (const std::string& word : words) put(word);
    while (std::getchar() != EOF) {
    }
    return 0;
}

// Starts this program with the words behind the first, by the name or path that the first one is.
int start(const Words& words) {
    auto process = pier::Process::spawn({.program = words.at(0), .arguments = Words(words.begin() + 1, words.end())});
    if (!process) {
        put(std::string(process.error().message()));
        return 1;
    }
    auto end = process->wait_here();
    return end ? static_cast<int>(end->status) : 1;
}

int start_without(bool (*forbid)(), const Words& words) {
    if (!forbid()) {
        put("nothing forbids it");
        return 0;
    }
    return start(words);
}

int environment(const Words& words) {
    for (const std::string& name : words) {
        const char* value = std::getenv(name.c_str());
        put(name + (value != nullptr ? "=" + std::string(value) : " is not there") + "\n");
    }
    return 0;
}

int tell_directory(const Words&) {
    const auto path = std::filesystem::current_path().generic_u8string();
    put(std::string(path.begin(), path.end()));
    return 0;
}

// Until it is asked to end.
int wait_for_terminate(const Words&) {
    auto loop = pier::Loop::create();
    if (!loop) return 1;
    auto body = []() -> pier::Task<int> {
        auto signals = pier::SignalSet::open({pier::Signal::terminate});
        if (!signals) co_return 1;
        put("open\n");
        auto came = co_await signals->next();
        co_return came ? 7 : 1;
    };
    return (*loop)->run(body());
}

const std::map<std::string, std::function<int(const Words&)>>& deeds() {
    static const std::map<std::string, std::function<int(const Words&)>> all{
        {"exit", [](const Words& words) { return std::atoi(words.at(0).c_str()); }},
        {"crash", [](const Words&) -> int { helper::crash(); }},
        {"arguments", echo_arguments},
        {"copy", copy_input},
        {"stay", stay},
        {"wait-for-terminate", wait_for_terminate},
        {"start", start},
        {"start-without-processes", [](const Words& words) { return start_without(helper::allow_no_process, words); }},
        {"start-without-handles", [](const Words& words) { return start_without(helper::allow_no_handle, words); }},
        {"environment", environment},
        {"directory", tell_directory},
        {"say", [](const Words& words) { return put(words.at(0)), 0; }},
        {"say-error", [](const Words& words) { return put(words.at(0), stderr), 0; }},
        {"handles", [](const Words&) { return put(helper::open_handles()), 0; }},
        {"touch", [](const Words& words) { return helper::touch(words), 0; }},
        {"signals", [](const Words&) { return put(helper::signals()), 0; }},
    };
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    pier::sys::prepare_process();
    Words words = pier::sys::arguments(argc, argv);
    words.erase(words.begin());
    if (words != helper::arguments(argc, argv)) {
        put("pier-process-helper: Pier and the system do not agree about the arguments\n", stderr);
        return 2;
    }
    const auto deed = words.empty() ? deeds().end() : deeds().find(words.front());
    if (deed == deeds().end()) {
        put("usage: pier-process-helper DEED [WORD...]\n", stderr);
        return 2;
    }
    words.erase(words.begin());
    return deed->second(words);
}
