// pier-alloc --engine=NAME: nothing is allocated per operation in steady state, and an allocation that fails ends
// nothing but what needed it. Without a test framework, which allocates.
#include "scenario.hpp"

#include <pier/spi/chunk_pool.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace alloc {

void give_up(std::string_view what, const pier::Error& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "pier-alloc: %.*s: %s\n", static_cast<int>(what.size()), what.data(), describe(error).c_str());
    std::_Exit(1);  // other threads are under way
}

void Measure::end() {
    if (!counts()) return;
    std::uint64_t made = allocations() - before_;
    bool good = made <= allowed_;
    if (!good) failed_ = true;
    std::printf("%s: %d %.*s: %llu allocations", good ? "ok" : "FAILED", times_, static_cast<int>(name_.size()),
                name_.data(), static_cast<unsigned long long>(made));
    if (allowed_ != 0)
        std::printf(" (frames come from the heap here: at most %llu)", static_cast<unsigned long long>(allowed_));
    std::printf("\n");
}

// Chunks beyond those that are kept go back to the allocator.
void chunk_memory() {
    using Pool = pier::spi::ChunkPool;
    std::int64_t before = live_chunks();
    std::vector<std::byte*> chunks;
    bool good = true;
    {
        Pool pool;
        for (std::uint32_t i = 0; i < 2 * pier::spi::limits::kept_chunks; ++i) chunks.push_back(pool.borrow());
        good = live_chunks() == before + 2 * pier::spi::limits::kept_chunks;
        for (std::byte* chunk : chunks) pool.give_back(chunk);
        good = good && live_chunks() == before + pier::spi::limits::kept_chunks;
        std::uint64_t count = allocations();
        for (std::uint32_t i = 0; i < pier::spi::limits::kept_chunks; ++i) chunks[i] = pool.borrow();
        good = good && allocations() == count;
        for (std::uint32_t i = 0; i < pier::spi::limits::kept_chunks; ++i) pool.give_back(chunks[i]);
    }
    good = good && live_chunks() == before;
    if (!good) give_up("counting the chunks that a pool keeps", {pier::Errc::unexpected, 0});
}

namespace {

int run(int argc, char** argv) {
    const char* from_environment = std::getenv("PIER_ENGINE");
    std::string name = from_environment != nullptr ? from_environment : "";
    for (int i = 1; i < argc; ++i) {
        std::string_view argument = argv[i];
        constexpr std::string_view option = "--engine=";
        if (argument.starts_with(option)) {
            name = argument.substr(option.size());
        } else if (argument == "--short") {
            Measure::divisor = 10;
        } else {
            std::fprintf(stderr, "usage: pier-alloc [--engine=NAME] [--short]\n");
            return 2;
        }
    }
    const pier::EngineInfo* engine = pier::find_engine(name);
    if (engine == nullptr) {
        std::fprintf(stderr, "pier-alloc: there is no engine \"%s\"\n", name.c_str());
        return 2;
    }
    if (std::string obstacle = engine->probe(); !obstacle.empty()) {
        std::fprintf(stderr, "pier-alloc: engine %s can't run here: %s\n", name.c_str(), obstacle.c_str());
        return 2;
    }
    if (counts() && !every_form_is_counted()) {
        std::fprintf(stderr, "pier-alloc: a form of operator new is not counted\n");
        return 1;
    }
    if (counts()) shortage(*engine);
    if (counts()) chunk_memory();
    streams(*engine);
    loop_alone(*engine);
    if (!counts()) {
        std::printf("skipped: everything ran, but the thread sanitizer's operator new is not counted\n");
        return 77;
    }
    return Measure::failed() ? 1 : 0;
}

}  // namespace
}  // namespace alloc

int main(int argc, char** argv) { return alloc::run(argc, argv); }
