#include "report/files.hpp"

#include "report/json.hpp"
#include "run/judge.hpp"

#include <pier/cli/quoted.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace compare {
namespace {

std::filesystem::path path(const std::string& utf8) { return std::u8string(utf8.begin(), utf8.end()); }

// A file that can't be looked at is only the same by name.
bool is_same(const std::string& one, const std::string& other) {
    std::error_code failure;
    return one == other || std::filesystem::equivalent(path(one), path(other), failure);
}

}  // namespace

std::expected<std::string, std::string> read(const std::string& file) {
    std::ifstream stream(path(file), std::ios::binary);
    std::string text;
    try {
        text.assign(std::istreambuf_iterator<char>(stream), {});
    } catch (const std::ios_base::failure&) {  // a folder
        stream.setstate(std::ios::badbit);
    }
    if (!stream.is_open() || stream.bad()) return std::unexpected(pier::quoted(file) + ": it can't be read");
    return text;
}

std::expected<void, std::string> all_different(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
        auto same = std::ranges::find_if(files, [&](const std::string& other) { return is_same(file, other); });
        if (&*same != &file) return std::unexpected(pier::quoted(file) + ": it is given twice");
    }
    return {};
}

std::expected<Report, std::string> read_report(const std::string& file) {
    auto text = read(file);
    if (!text) return std::unexpected(text.error());
    auto report = from_json(*text);
    if (!report) return std::unexpected(pier::quoted(file) + ": " + report.error());
    return report;
}

std::expected<Report, std::string> read_and_merge(const std::vector<std::string>& files) {
    if (auto different = all_different(files); !different) return std::unexpected(different.error());
    std::vector<Report> reports;
    for (const std::string& file : files) {
        auto report = read_report(file);
        if (!report) return report;
        if (!report->judged) judge(*report);
        reports.push_back(std::move(*report));
    }
    for (std::size_t i = 1; i < reports.size(); ++i) {
        if (reports[i].of == reports.front().of) continue;
        return std::unexpected(pier::quoted(files[i]) + ": its columns are " + std::string(word(reports[i].of)) +
                               ", and those of the first one are " + std::string(word(reports.front().of)));
    }
    return merge(std::move(reports));
}

std::expected<void, std::string> write(const std::string& file, const std::string& text) {
    std::ofstream stream(path(file), std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.close();
    if (!stream) return std::unexpected(pier::quoted(file) + ": it can't be written");
    return {};
}

}  // namespace compare
