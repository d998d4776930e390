// Options that several programs have: the engine, and what every client is told.
#pragma once

#include <pier/cli/place.hpp>
#include <pier/loop.hpp>
#include <pier/time.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace pier {

class CommandLine;

// A value, or the exit status with which the program has to end, after everything has been said.
template <class T>
using OrStatus = std::expected<T, int>;

// Says on stderr what is wrong with the command line, and that --help tells more. Gives the exit status 2, as a failure
// for an OrStatus.
[[nodiscard]] std::unexpected<int> refuse_usage(std::string_view program, std::string_view sentence);

// --engine and --list-engines. It outlives the parse of the command line that it was added to.
class EngineOption {
public:
    EngineOption() = default;
    EngineOption(const EngineOption&) = delete;
    EngineOption& operator=(const EngineOption&) = delete;

    void add_to(CommandLine& app);
    // After the parse. A status, too, once the engines have been listed.
    [[nodiscard]] OrStatus<const EngineInfo*> choose(std::string_view program) const;

private:
    std::optional<std::string> name_;
    bool list_ = false;
};

// --connect and --timeout, besides.
class ClientOptions {
public:
    struct Usual {
        std::string_view group;       // in --help
        std::string address;          // where the server is, if nothing else is said
        std::string_view timeout_of;  // what takes no longer than --timeout
        int seconds;                  // of --timeout, if nothing else is said
    };
    struct Chosen {
        const EngineInfo* engine = nullptr;
        Place server;
        Duration timeout{};
    };

    explicit ClientOptions(Usual usual);
    ClientOptions(const ClientOptions&) = delete;
    ClientOptions& operator=(const ClientOptions&) = delete;

    // The order is the one of --help: first --connect and --timeout, and the engine at last.
    void add_to(CommandLine& app);
    void add_engine_to(CommandLine& app) { engine_.add_to(app); }
    // After the parse.
    [[nodiscard]] OrStatus<Chosen> choose(std::string_view program) const;

private:
    Usual usual_;
    std::string address_;
    double seconds_;
    EngineOption engine_;
};

}  // namespace pier
