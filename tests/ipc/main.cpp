// Takes the arguments of its own out of the command line, the rest is doctest's.
#define DOCTEST_CONFIG_IMPLEMENT
#include "support.hpp"

#include "../support/follower.hpp"

#include <pier/sys/process.hpp>

#include <cstdio>

namespace ipc_tests {
namespace {

std::string engine;
std::string own_path;

int run(int argc, char** argv) {
    pier::sys::prepare_process();
    const std::vector<std::string> words = pier::sys::arguments(argc, argv);
    if (words.size() > 1 && words[1] == "--part") return play({words.begin() + 2, words.end()});
    own_path = pier::sys::own_program();
    std::vector<const char*> rest;
    for (int i = 0; i < argc; ++i) {
        if (!support::take(argv[i], "--engine=", engine)) rest.push_back(argv[i]);
    }
    const auto* chosen = pier::find_engine(engine);
    if (chosen == nullptr || !chosen->probe().empty()) {
        std::fprintf(stderr, "pier-test-ipc: there is no engine \"%s\" here\n", engine.c_str());
        return 2;
    }
    engine = chosen->name;
    support::Watchdog dog(150s);
    support::watchdog = &dog;
    return doctest::Context(static_cast<int>(rest.size()), rest.data()).run();
}

IpcName fresh_name() {
    static int count = 0;
    return named(mark() + std::to_string(++count));
}

pier::ProcessOptions options_for(std::vector<std::string> words, std::vector<pier::NativeHandle> inherited) {
    words.insert(words.begin(), "--part");
    pier::ProcessOptions options;
    options.program = own_path;
    options.arguments = std::move(words);
    options.input = pier::Redirect::pipe();
    options.output = pier::Redirect::pipe();
    options.inherited = std::move(inherited);
    return options;
}

}  // namespace

std::unique_ptr<pier::Loop> make_loop() { return given(pier::Loop::create(engine)); }
bool one_at_a_time() { return engine == "blocking"; }

const std::string& mark() {
    static const std::string text =
        "test-" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + "-";
    return text;
}

Name::Name(IpcKind kind) : kind_(kind), name_(fresh_name()) {}
// Also while a thread that nobody waits for any more has it open: on POSIX it looks up every ten seconds.
Name::~Name() {
    if (kind_ == IpcKind::shared_memory) (void)pier::SharedMemory::remove(name_);
    if (kind_ == IpcKind::semaphore) (void)pier::NamedSemaphore::remove(name_);
    if (kind_ == IpcKind::mutex) (void)pier::NamedMutex::remove(name_);
    if (kind_ == IpcKind::queue) (void)pier::MessageQueue::remove(name_);
}

Second::Second(std::vector<std::string> words, std::vector<pier::NativeHandle> inherited)
    : process_(given(pier::Process::spawn(options_for(std::move(words), std::move(inherited))))) {}

void Second::expect_ready() {
    std::string said;
    while (said.find('\n') == std::string::npos) {
        std::byte some[64];
        const std::size_t count = given(process_.output().read(some, after(patience)));
        REQUIRE_MESSAGE(count > 0, "the second process has ended: " << said);
        said.append(reinterpret_cast<const char*>(some), count);
    }
    REQUIRE(said.starts_with("ready"));
}

void Second::expect_success() {
    const pier::ProcessEnd end = given(process_.wait_here(after(patience)));
    CHECK_MESSAGE(end.succeeded(), end.describe());
}

void Second::kill() {
    REQUIRE(outcome(process_.kill()) == Errc::ok);
    (void)given(process_.wait_here(after(patience)));
}

}  // namespace ipc_tests

REGISTER_LISTENER("follower", 1, support::Follower);

int main(int argc, char** argv) { return ipc_tests::run(argc, argv); }
