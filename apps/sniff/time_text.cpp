#include "time_text.hpp"

#include <chrono>

namespace sniff {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t day = 86'400;

void add_number(std::string& line, std::uint64_t number, std::size_t digits) {
    const std::string text = std::to_string(number);
    if (text.size() < digits) line.append(digits - text.size(), '0');
    line += text;
}

void add_time_of_day(std::string& line, std::uint64_t seconds) {
    const std::uint64_t today = seconds % day;
    add_number(line, today / 3'600, 2);
    line += ':';
    add_number(line, today / 60 % 60, 2);
    line += ':';
    add_number(line, today % 60, 2);
}

void add_date(std::string& line, std::uint64_t seconds) {
    const std::chrono::sys_days days{std::chrono::days(static_cast<int>(seconds / day))};
    const std::chrono::year_month_day date(days);
    add_number(line, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    line += '-';
    add_number(line, static_cast<unsigned>(date.month()), 2);
    line += '-';
    add_number(line, static_cast<unsigned>(date.day()), 2);
}

// With the sign of a packet that is older than the one before.
void add_span(std::string& line, std::uint64_t from, std::uint64_t to) {
    if (to < from) line += '-';
    const std::uint64_t span = to < from ? from - to : to - from;
    add_time_of_day(line, span / second);
}

}  // namespace

void TimeText::add(std::string& line, std::optional<std::uint64_t> time_ns) {
    if (stamp_ == TimeStamp::none) return;
    if (!time_ns) {
        line += "--:--:-- ";
        return;
    }
    const std::uint64_t time = *time_ns;
    const std::uint64_t reference = stamp_ == TimeStamp::since_first ? first_.value_or(time) : last_.value_or(time);
    std::uint64_t fraction = time % second;
    switch (stamp_) {
        case TimeStamp::epoch:
            line += std::to_string(time / second);
            break;
        case TimeStamp::date_and_time:
            add_date(line, time / second);
            line += ' ';
            add_time_of_day(line, time / second);
            break;
        case TimeStamp::since_last:
        case TimeStamp::since_first:
            add_span(line, reference, time);
            fraction = (time < reference ? reference - time : time - reference) % second;
            break;
        default:
            add_time_of_day(line, time / second);
    }
    line += '.';
    add_number(line, fraction / 1'000, 6);
    line += ' ';
    if (!first_) first_ = time;
    last_ = time;
}

}  // namespace sniff
