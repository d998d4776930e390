// Tells a watchdog where doctest's run is, for a program with a main() of its own.
#pragma once

#include "watchdog.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace support {

// The program's, while its cases run.
inline Watchdog* watchdog = nullptr;

// REGISTER_LISTENER takes it, or a class that adds to it.
struct Follower : doctest::IReporter {
    explicit Follower(const doctest::ContextOptions&) {}
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_start(const doctest::TestCaseData& data) override {
        name = data.m_name;
        begin();
    }
    void test_case_reenter(const doctest::TestCaseData&) override { begin(); }
    void test_case_end(const doctest::CurrentTestCaseStats&) override { watchdog->rest(); }
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

    // A run of a case, of which one with subcases has several.
    virtual void begin() { watchdog->progress(name); }

    std::string name;
};

// The value of an argument "--name=value"; `name` is "--name=". False for another argument.
inline bool take(std::string_view argument, std::string_view name, std::string& value) {
    if (!argument.starts_with(name)) return false;
    value = argument.substr(name.size());
    return true;
}

}  // namespace support
