#include "fault.hpp"

#include <pier/address/address.hpp>
#include <pier/cli/utf8.hpp>
#include <pier/endpoint.hpp>
#include <pier/socket/host_name.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lookup {
namespace {

std::string fault_of_characters(std::string_view text) {
    while (!text.empty()) {
        const pier::CodePoint first = pier::first_code_point(text);
        if (first.length == 0) return "a name is text in UTF-8";
        if (pier::is_control(first.code)) return "a name has no control characters";
        if (first.code == ' ') return "a name has no blanks";
        text.remove_prefix(first.length);
    }
    return {};
}

std::string too_long(std::string_view size) {
    std::string fault = "a name has at most " + std::to_string(pier::longest_host_name) + " bytes, and this one has ";
    return fault.append(size);
}

std::string fault_of_parts(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() > pier::longest_host_name) {
        return too_long(std::to_string(name.size()));
    }
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        if (end == begin) return "a part of the name is empty";
        if (end - begin > pier::longest_host_label) {
            return "a part of a name has at most " + std::to_string(pier::longest_host_label) +
                   " bytes, and one of this has " + std::to_string(end - begin);
        }
        begin = end + 1;
    }
    return {};
}

}  // namespace

std::string fault_of(const Word& word) {
    const std::string& text = word.text;
    if (word.too_long) return too_long("more than " + std::to_string(Words::longest));
    if (text.empty()) return "an empty text is no name";
    std::string fault = fault_of_characters(text);
    if (!fault.empty()) return fault;
    const auto address = pier::Endpoint::parse_address(text);
    if (address || address.error() != pier::Errc::bad_address_text) return {};
    const bool looks_like_v4 = text.find_first_not_of("0123456789.") == std::string::npos;
    const bool looks_like_one = looks_like_v4 || text.find(':') != std::string::npos;
    if (!looks_like_one) return fault_of_parts(text);
    const auto read = pier::Address::parse(text);
    if (read) return "no address of this machine's system";
    // Its sentence begins with the text, which the caller says, too.
    const std::string& sentence = read.error().sentence;
    return sentence.starts_with(text + ": ") ? sentence.substr(text.size() + 2) : sentence;
}

}  // namespace lookup
