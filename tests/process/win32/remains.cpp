// What a child has of its parent, and what it leaves behind, on Windows.
#include "../support.hpp"

#include <windows.h>

#include <memory>

using namespace process_tests;

namespace {

class Event {
public:
    explicit Event(BOOL inheritable) {
        SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, inheritable};
        handle_ = pier::SystemHandle(
            NativeHandle{reinterpret_cast<std::uintptr_t>(::CreateEventW(&attributes, TRUE, FALSE, nullptr))});
    }
    [[nodiscard]] NativeHandle get() const { return handle_.get(); }
    [[nodiscard]] HANDLE native() const { return reinterpret_cast<HANDLE>(handle_.get()); }
    [[nodiscard]] std::string number() const { return std::to_string(static_cast<std::uintptr_t>(handle_.get())); }
    // Since the last look.
    [[nodiscard]] bool was_set() const {
        const bool set = ::WaitForSingleObject(native(), 0) == WAIT_OBJECT_0;
        ::ResetEvent(native());
        return set;
    }

private:
    pier::SystemHandle handle_;
};

}  // namespace

TEST_CASE("remains: a child has what is listed, and nothing else that can be inherited") {
    const Event careless(TRUE);
    const Event listed(TRUE);
    const Event guarded(FALSE);
    auto options = helping({"touch", careless.number(), listed.number(), guarded.number()});
    expect_success(start(options));
    CHECK_FALSE(careless.was_set());
    CHECK_FALSE(listed.was_set());
    CHECK_FALSE(guarded.was_set());
    options.inherited = {listed.get(), guarded.get(), listed.get()};
    expect_success(start(options));
    CHECK_FALSE(careless.was_set());
    CHECK(listed.was_set());
    CHECK(guarded.was_set());
    // They are what they were.
    DWORD flags = 0;
    REQUIRE(::GetHandleInformation(guarded.native(), &flags));
    CHECK((flags & HANDLE_FLAG_INHERIT) == 0);
    REQUIRE(::GetHandleInformation(listed.native(), &flags));
    CHECK((flags & HANDLE_FLAG_INHERIT) != 0);
}

TEST_CASE("remains: spawning leaves no handle here") {
    auto once = [] {
        (void)refusal({.program = folder() + "none", .input = Redirect::pipe(), .output = Redirect::pipe()});
        auto options = helping({"copy"});
        options.input = options.error = Redirect::pipe();
        Process process = start(options);
        process.input().close();
        expect_success(process);
    };
    once();
    const std::size_t before = handle_count();
    for (int i = 0; i < 3; ++i) once();
    CHECK(handle_count() <= before);
}

TEST_CASE("remains: an exit status that looks like a process that runs") {
    auto end = start(helping({"exit", "259"})).wait_here(after(patience));
    REQUIRE(outcome(end) == Errc::ok);
    CHECK(*end == ProcessEnd{ProcessEnd::By::exit, 259});
}

TEST_CASE("remains: of the statuses that are negative, those of exceptions are a crash") {
    struct Status {
        const char* number;
        std::uint32_t status;
        ProcessEnd::By by;
    };
    using By = ProcessEnd::By;
    for (const Status& each : {Status{"-1", 0xFFFFFFFF, By::exit},
                               {"-5", 0xFFFFFFFB, By::exit},
                               {"-2147483648", 0x80000000, By::exit},
                               {"-2147483645", 0x80000003, By::exception},    // STATUS_BREAKPOINT
                               {"-2147483644", 0x80000004, By::exception},    // STATUS_SINGLE_STEP
                               {"-1073741819", 0xC0000005, By::exception},    // STATUS_ACCESS_VIOLATION
                               {"-1073741510", 0xC000013A, By::exception},    // STATUS_CONTROL_C_EXIT
                               {"-529697949", 0xE06D7363, By::exception}}) {  // that of a C++ exception of MSVC
        CAPTURE(each.number);
        auto end = start(helping({"exit", each.number})).wait_here(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(*end == ProcessEnd{each.by, each.status});
    }
}

TEST_CASE("remains: who is ended from outside has the status 1") {
    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    Process process = start(options);
    REQUIRE(outcome(process.terminate()) == Errc::ok);
    auto end = process.wait_here(after(patience));
    REQUIRE(outcome(end) == Errc::ok);
    CHECK(*end == ProcessEnd{ProcessEnd::By::exit, 1});
}

TEST_CASE("remains: a Process that goes leaves its process alone") {
    auto options = helping({"copy"});
    options.input = options.output = Redirect::pipe();
    auto process = std::make_unique<Process>(start(options));
    pier::PipeEnd input = std::move(process->input());
    pier::PipeEnd output = std::move(process->output());
    process.reset();
    REQUIRE(outcome(input.write("it lives", after(patience))) == Errc::ok);
    input.close();
    auto text = output.read_all(100, after(patience));
    REQUIRE(outcome(text) == Errc::ok);
    CHECK(*text == "it lives");
}

TEST_CASE("remains: texts that are no UTF-8 are refused") {
    CHECK(refusal({.program = helper(), .arguments = {"\xff"}}) == Errc::invalid_argument);
    CHECK(refusal({.program = "\xff"}) == Errc::invalid_argument);
    CHECK(refusal({.program = helper(), .environment = {{"A", "\xff"}}}) == Errc::invalid_argument);
}
