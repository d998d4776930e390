// Files: opening, reading and writing at offsets, and what ends early.
#include "bytes.hpp"
#include "files.hpp"
#include "harness.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace contract;
using pier::File;
using pier::FileAccess;
using pier::FileCreation;
using pier::FileOptions;
using pier::TaskScope;

namespace {

constexpr FileOptions writing{.access = FileAccess::write, .creation = FileCreation::open_or_create};

Task<void> refuse(std::string path, FileOptions options, Errc expected) {
    CAPTURE(path);
    auto opened = co_await File::open(std::move(path), options, limit());
    CHECK(outcome(opened) == expected);
}

Task<std::vector<std::byte>> contents(const File& file) {
    std::vector<std::byte> all;
    std::vector<std::byte> piece(10'000);
    for (;;) {
        auto read = co_await file.read_at(all.size(), piece, limit());
        REQUIRE(outcome(read) == Errc::ok);
        if (*read == 0) co_return all;
        all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*read));
    }
}

// One of many at once.
Task<void> read_part(const File& file, std::span<const std::byte> whole, std::size_t offset, std::size_t size) {
    std::vector<std::byte> into(size);
    auto read = co_await file.read_at(offset, into, limit());
    REQUIRE(outcome(read) == Errc::ok);
    REQUIRE(*read == size);
    CHECK(std::ranges::equal(into, whole.subspan(offset, size)));
}

}  // namespace

TEST_CASE("file: what was written is read again") {
    const Folder folder;
    const auto data = pattern(300'001);
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), data);
        auto size = co_await file.size(limit());
        REQUIRE(outcome(size) == Errc::ok);
        CHECK(*size == data.size());
        auto synced = co_await file.sync(pier::FileSync::data, limit());
        CHECK(outcome(synced) == Errc::ok);
        synced = co_await file.sync(pier::FileSync::all, limit());
        CHECK(outcome(synced) == Errc::ok);
        const std::vector<std::byte> read = co_await contents(file);
        CHECK(read == data);
        CHECK(file.native_handle() != pier::no_handle);
    });
    CHECK(std::filesystem::file_size(folder.path("a")) == data.size());
}

TEST_CASE("file: a read ends where the file ends") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), bytes_of("hello"));
        std::array<std::byte, 16> into{};
        auto read = co_await file.read_at(2, into, limit());
        REQUIRE(outcome(read) == Errc::ok);
        CHECK(text_of(std::span(into).first(*read)) == "llo");
        for (std::uint64_t offset :
             {std::uint64_t{5}, std::uint64_t{1} << 40, std::numeric_limits<std::uint64_t>::max()}) {
            auto end = co_await file.read_at(offset, into, limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(*end == 0);
        }
        auto nothing = co_await file.read_at(0, {}, limit());
        REQUIRE(outcome(nothing) == Errc::ok);
        CHECK(*nothing == 0);
    });
}

TEST_CASE("file: what lies between the end and a write is zeros") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), bytes_of("x"));
        auto written = co_await file.write_all_at(70'000, bytes_of("y"), limit());
        REQUIRE(outcome(written) == Errc::ok);
        std::vector<std::byte> expected(70'001);
        expected.front() = std::byte{'x'};
        expected.back() = std::byte{'y'};
        const std::vector<std::byte> read = co_await contents(file);
        CHECK(read == expected);
        auto far = co_await file.write_at(std::numeric_limits<std::uint64_t>::max() - 1, bytes_of("z"), limit());
        CHECK(outcome(far) == Errc::file_too_large);
    });
}

TEST_CASE("file: it can be made shorter and longer") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), bytes_of("hello"));
        auto resized = co_await file.resize(2, limit());
        REQUIRE(outcome(resized) == Errc::ok);
        resized = co_await file.resize(4, limit());
        REQUIRE(outcome(resized) == Errc::ok);
        const std::vector<std::byte> read = co_await contents(file);
        CHECK(text_of(read) == std::string_view("he\0\0", 4));
    });
}

TEST_CASE("file: how it is opened") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        { const File file = co_await make_file(folder.text("there"), bytes_of("hello")); }
        std::filesystem::create_directory(folder.path("inner"));
        const FileOptions exclusive{.access = FileAccess::write, .creation = FileCreation::create_new};
        co_await refuse(folder.text("absent"), {}, Errc::file_not_found);
        co_await refuse(folder.text("absent/file"), writing, Errc::file_not_found);
        co_await refuse("", {}, Errc::file_not_found);
        co_await refuse(folder.text("inner"), {}, Errc::is_a_directory);
        co_await refuse(folder.text("inner"), writing, Errc::is_a_directory);
        co_await refuse(folder.text("there"), exclusive, Errc::file_exists);
        co_await refuse(folder.text("inner"), exclusive, Errc::file_exists);
        co_await refuse(folder.text("new"), {.creation = FileCreation::open_or_create}, Errc::invalid_argument);
        co_await refuse(folder.text("a") + std::string(1, '\0') + "b", {}, Errc::invalid_argument);
        CHECK(!std::filesystem::exists(folder.path("new")));
        CHECK(!std::filesystem::exists(folder.path("a")));

        // What is there stays, and is emptied, and nothing of the two happens to what is not there.
        for (FileCreation creation : {FileCreation::open_or_create, FileCreation::truncate}) {
            const FileOptions options{.access = FileAccess::read_write, .creation = creation};
            const File file = co_await open_file(folder.text("there"), options);
            const std::vector<std::byte> read = co_await contents(file);
            CHECK(text_of(read) == (creation == FileCreation::truncate ? "" : "hello"));
            const File made = co_await open_file(folder.text("new"), options);
            auto size = co_await made.size(limit());
            REQUIRE(outcome(size) == Errc::ok);
            CHECK(*size == 0);
        }
    });
}

TEST_CASE("file: names may be long, and of any letters") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const std::string name = "\xC3\xA4\xE6\xB0\xB4";
        { const File file = co_await make_file(folder.text("") + name, bytes_of("letters")); }
        const std::u8string letters = u8"\u00E4\u6C34";
        CHECK(std::filesystem::exists(folder.path("") / std::filesystem::path(letters)));
        // Longer than MAX_PATH of Windows, which the system resolves to a short one.
        std::string path = folder.text("");
        for (int i = 0; i < 200; ++i) path += "./";
        const File file = co_await open_file(path + name);
        const std::vector<std::byte> read = co_await contents(file);
        CHECK(text_of(read) == "letters");
    });
}

TEST_CASE("file: the other direction is refused") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        { const File file = co_await make_file(folder.text("a"), bytes_of("hello")); }
        const File reader = co_await open_file(folder.text("a"));
        const File writer = co_await open_file(folder.text("a"), {.access = FileAccess::write});
        std::array<std::byte, 4> into{};
        auto written = co_await reader.write_at(0, bytes_of("x"), limit());
        CHECK(outcome(written) == Errc::permission_denied);
        auto read = co_await writer.read_at(0, into, limit());
        CHECK(outcome(read) == Errc::permission_denied);
        auto resized = co_await reader.resize(1, limit());
        CHECK(outcome(resized) == Errc::permission_denied);
        auto synced = co_await reader.sync(pier::FileSync::all, limit());
        CHECK(outcome(synced) == Errc::ok);
    });
}

TEST_CASE("file: many reads at once") {
    const Folder folder;
    const auto data = pattern(1 << 20);
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), data);
        TaskScope scope;
        for (std::size_t i = 0; i < 2000; ++i) {
            const std::size_t offset = i * 4099 % (data.size() - 5000);
            scope.spawn(read_part(file, data, offset, 1 + i * 13 % 5000));
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("file: one that was closed, or never opened") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        File file;
        std::array<std::byte, 4> into{};
        auto read = co_await file.read_at(0, into, limit());
        CHECK(outcome(read) == Errc::not_connected);
        auto size = co_await file.size(limit());
        CHECK(outcome(size) == Errc::not_connected);
        auto synced = co_await file.sync(pier::FileSync::data, limit());
        CHECK(outcome(synced) == Errc::not_connected);
        file = co_await make_file(folder.text("a"), bytes_of("hello"));
        CHECK(file.valid());
        file.close();
        CHECK(!file.valid());
        auto written = co_await file.write_at(0, bytes_of("x"), limit());
        CHECK(outcome(written) == Errc::not_connected);
        auto all = co_await file.write_all_at(0, bytes_of("x"), limit());
        CHECK(outcome(all) == Errc::not_connected);
    });
}

TEST_CASE("file: what is under way outlives the close") {
    const Folder folder;
    const auto data = pattern(1 << 20);
    on_loop([&]() -> Task<void> {
        File file = co_await make_file(folder.text("a"), data);
        TaskScope scope;
        for (std::size_t i = 0; i < 50; ++i) scope.spawn(read_part(file, data, i * 20'000, 20'000));
        // Each has begun by then, and holds the file.
        co_await turns();
        file.close();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("file: ended by a cancel or a deadline") {
    const Folder folder;
    const auto data = pattern(1 << 20);
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), data);
        int ended = 0;
        auto reading = [&](std::size_t offset, pier::Deadline deadline, Errc refusal) -> Task<void> {
            std::vector<std::byte> into(10'000);
            auto read = co_await file.read_at(offset, into, deadline);
            if (read) {
                CHECK(std::ranges::equal(into, std::span(data).subspan(offset, into.size())));
            } else {
                CHECK(outcome(read) == refusal);
            }
            ++ended;
        };
        for (int round = 0; round < 20; ++round) {
            TaskScope scope;
            for (std::size_t i = 0; i < 100; ++i) scope.spawn(reading(i * 10'000, limit(), Errc::operation_canceled));
            if (round % 2 == 1) co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        TaskScope scope;
        for (std::size_t i = 0; i < 100; ++i) scope.spawn(reading(i * 10'000, after(0ms), Errc::timed_out));
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == 2100);
    });
}

TEST_CASE("file: an operation goes on in the loop's next run") {
    const Folder folder;
    const auto data = pattern(1 << 20);
    auto loop = make_loop();
    std::optional<TaskScope> scope;
    File file;
    auto begin = [&]() -> Task<void> {
        scope.emplace();
        file = co_await make_file(folder.text("a"), data);
        for (std::size_t i = 0; i < 50; ++i) scope->spawn(read_part(file, data, i * 20'000, 20'000));
        co_await next_turn();
    };
    auto end = [&]() -> Task<void> {
        auto joined = co_await scope->join(limit());
        CHECK(outcome(joined) == Errc::ok);
        scope.reset();
        file.close();
    };
    loop->run(begin());
    loop->run(end());
}
