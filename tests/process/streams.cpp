// Where the standard streams of children lead, and what spawn() refuses.
#include "support.hpp"

#include <pier/sys/pipe.hpp>

#include <array>
#include <filesystem>

using namespace process_tests;

TEST_CASE("streams: pipes, both ways, until their ends") {
    auto options = helping({"copy"});
    options.input = options.output = Redirect::pipe();
    Process process = start(options);
    CHECK(process.id() != 0);
    CHECK_FALSE(process.error().valid());
    std::array<std::byte, 16> some;
    CHECK(outcome(process.output().read(some, after(1ms))) == Errc::timed_out);
    REQUIRE(outcome(process.input().write("hello", after(patience))) == Errc::ok);
    process.input().close();
    CHECK(outcome(process.input().write("more")) == Errc::not_connected);
    auto text = process.output().read_all(100, after(patience));
    REQUIRE(outcome(text) == Errc::ok);
    CHECK(*text == "hello");
    expect_success(process);
}

TEST_CASE("streams: what is written to a child that has ended is an error and no signal") {
    auto options = helping({"exit", "0"});
    options.input = Redirect::pipe();
    Process process = start(options);
    expect_success(process);
    CHECK(outcome(process.input().write("nobody reads it", after(patience))) == Errc::connection_reset);
    CHECK(outcome(process.input().write("nor this", after(patience))) == Errc::connection_reset);
}

TEST_CASE("streams: a write that nobody reads ends at its deadline, and is the last one") {
    auto options = helping({"copy"});
    options.input = options.output = Redirect::pipe();
    Process process = start(options);
    // It copies pieces of 4 KiB.
    REQUIRE(outcome(process.input().write(std::string(4096, 'x'), after(patience))) == Errc::ok);
    std::array<std::byte, 1> one;
    REQUIRE(outcome(process.output().read(one, after(patience))) == Errc::ok);
    // It runs. When its output is full, it reads no more of its input.
    const std::string much(8 << 20, 'x');
    CHECK(outcome(process.input().write(much, after(300ms))) == Errc::timed_out);
    CHECK(outcome(process.input().write("x", after(patience))) == Errc::broken_pipe);
    process.input().close();
    CHECK(outcome(process.output().read_all(100, after(patience))) == Errc::message_size);
    REQUIRE(outcome(process.kill()) == Errc::ok);
    REQUIRE(outcome(process.wait_here(after(patience))) == Errc::ok);
}

TEST_CASE("streams: files, made, emptied, appended to and read") {
    const std::string file = folder() + "out \u00e4.txt";
    auto options = helping({"say", "first"});
    options.output = Redirect::file(file);
    expect_success(start(options));
    CHECK(read_file(file) == "first");
    options.arguments = {"say", "2nd"};
    expect_success(start(options));
    CHECK(read_file(file) == "2nd");
    options.output = Redirect::append(file);
    options.arguments = {"say", " 3rd"};
    expect_success(start(options));
    CHECK(read_file(file) == "2nd 3rd");

    auto copy = helping({"copy"});
    copy.input = Redirect::file(file);
    CHECK(said(copy).text == "2nd 3rd");
    copy.input = Redirect::null();
    CHECK(said(copy).text.empty());
    copy.output = Redirect::null();
    expect_success(start(copy));
}

TEST_CASE("streams: the error stream, alone and where the output goes") {
    auto options = helping({"say-error", "oh"});
    options.error = Redirect::pipe();
    options.output = Redirect::null();
    Process process = start(options);
    auto text = process.error().read_all(100, after(patience));
    REQUIRE(outcome(text) == Errc::ok);
    CHECK(*text == "oh");
    expect_success(process);
    options.error = Redirect::output();
    CHECK(said(options).text == "oh");
    options.error = Redirect::null();
    CHECK(said(options).text.empty());
}

TEST_CASE("streams: what is inherited leads where the parent's leads") {
    CHECK(said(helping({"start", helper(), "say", "from a grandchild"})).text == "from a grandchild");
}

TEST_CASE("streams: a handle of this process, which stays open here") {
    const std::string file = folder() + "shared";
    write_file(file, "through");
    auto handle = pier::sys::open_file(file, pier::sys::FileUse::read);
    REQUIRE(outcome(handle) == Errc::ok);
    auto copy = helping({"copy"});
    copy.input = Redirect::handle(handle->get());
    CHECK(said(copy).text == "through");
    CHECK(said(copy).text.empty());  // both have one place in the file, which is its end now
}

TEST_CASE("ends: exit statuses, faults and requests") {
    for (const int status : {0, 1, 77, 255}) {
        auto end = start(helping({"exit", std::to_string(status)})).wait_here(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(*end == ProcessEnd{ProcessEnd::By::exit, static_cast<std::uint32_t>(status)});
    }
    auto crashed = start(helping({"crash"})).wait_here(after(patience));
    REQUIRE(outcome(crashed) == Errc::ok);
    CHECK(crashed->crashed());
    CHECK_FALSE(crashed->succeeded());
    const std::string text = crashed->describe();
    const bool told = text == "signal 11" || text == "exception 0xc0000005";
    CHECK_MESSAGE(told, text);

    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    Process process = start(options);
    CHECK(outcome(process.wait_here(after(1ms))) == Errc::timed_out);
    REQUIRE(outcome(process.kill()) == Errc::ok);
    auto killed = process.wait_here(after(patience));
    REQUIRE(outcome(killed) == Errc::ok);
    CHECK_FALSE(killed->succeeded());
}

TEST_CASE("errors: programs, directories and files that are not there") {
    CHECK(refusal({.program = "pier-no-such-program"}) == Errc::program_not_found);
    CHECK(refusal({.program = folder() + "none"}) == Errc::program_not_found);
    CHECK(refusal({.program = folder()}) == Errc::permission_denied);
    auto options = helping({"exit", "0"});
    options.directory = folder() + "none";
    CHECK(refusal(options) == Errc::directory_not_found);
    options.directory = helper();
    CHECK(refusal(options) == Errc::directory_not_found);
    options.directory.clear();
    options.input = Redirect::file(folder() + "none");
    CHECK(refusal(options) == Errc::file_not_found);
    options.input = Redirect::null();
    options.output = Redirect::file(folder() + "none/none");
    CHECK(refusal(options) == Errc::file_not_found);
}

TEST_CASE("errors: files that are no programs") {
    for (const char* name : {"text.exe", "batch.bat", "batch.cmd"}) {
        const std::string file = folder() + name;
        write_file(file, "this is no program\n");
        const auto path = std::filesystem::path(std::u8string(file.begin(), file.end()));
        CAPTURE(name);
        std::filesystem::permissions(path, std::filesystem::perms::owner_exec, std::filesystem::perm_options::add);
        CHECK(refusal({.program = file}) == Errc::not_executable);
    }
}

TEST_CASE("errors: what the options forbid") {
    using namespace std::string_literals;
    CHECK(refusal({.program = ""}) == Errc::invalid_argument);
    CHECK(refusal({.program = "a\0b"s}) == Errc::invalid_argument);
    CHECK(refusal({.program = helper(), .arguments = {"a\0b"s}}) == Errc::invalid_argument);
    for (const std::string& name : {""s, "A=B"s, "A\0"s}) {
        CHECK(refusal({.program = helper(), .environment = {{name, "x"}}}) == Errc::invalid_argument);
    }
    CHECK(refusal({.program = helper(), .input = Redirect::append("x")}) == Errc::invalid_argument);
    CHECK(refusal({.program = helper(), .output = Redirect::output()}) == Errc::invalid_argument);
    CHECK(refusal({.program = helper(), .output = Redirect::handle(pier::no_handle)}) == Errc::invalid_argument);
    CHECK(refusal({.program = helper(), .inherited = {pier::no_handle}}) == Errc::invalid_argument);
    CHECK(refusal({.program = helper(), .inherited = {pier::NativeHandle{987'652}}}) == Errc::invalid_argument);
}

TEST_CASE("errors: more arguments than a process may have") {
    CHECK(refusal({.program = helper(), .arguments = {std::string(4 << 20, 'x')}}) == Errc::argument_list_too_long);
    CHECK(refusal({.program = helper(), .arguments = std::vector<std::string>(100'000, std::string(100, 'x'))}) ==
          Errc::argument_list_too_long);
}

TEST_CASE("errors: a system that has no place for a process or a handle") {
    const std::string processes = said(helping({"start-without-processes", helper(), "exit", "0"})).text;
    const bool told = processes == pier::message(Errc::too_many_processes) || processes == "nothing forbids it";
    CHECK_MESSAGE(told, processes);
    const std::string handles = said(helping({"start-without-handles", helper(), "exit", "0"})).text;
    const bool said_so = handles == pier::message(Errc::too_many_files_open) || handles == "nothing forbids it";
    CHECK_MESSAGE(said_so, handles);
}
