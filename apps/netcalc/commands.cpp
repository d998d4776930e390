#include "commands.hpp"

#include "json.hpp"
#include "program.hpp"
#include "subject.hpp"
#include "table.hpp"
#include "words.hpp"

#include <pier/address/prefixes.hpp>
#include <pier/cli/json_list.hpp>
#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>

#include <charconv>
#include <functional>
#include <vector>

namespace netcalc {
namespace {

using Json = nlohmann::ordered_json;
using pier::Prefix;

constexpr int not_contained_status = 1;
constexpr int output_status = 1;
constexpr int bad_input_status = 2;

// Of `merge`, which holds them all: 40 MB.
constexpr std::size_t most_to_merge = 1'000'000;

int refuse(const std::string& sentence) {
    pier::say(program, sentence);
    return bad_input_status;
}

// Calls `take` with one word after the other; a status other than 0 ends it. What is no word to `take` is told, and the
// next one is taken: the status is 2 then.
int for_each_word(const std::vector<std::string>& texts, const std::function<int(const Word&)>& take) {
    Words words(texts);
    int status = 0;
    for (;;) {
        const auto word = words.next();
        if (!word) {
            pier::say(program, "reading standard input: " + pier::describe(word.error()));
            return output_status;
        }
        if (!*word) return status;
        const int taken = take(**word);
        if (taken == bad_input_status) status = taken;
        if (taken == output_status) return taken;
    }
}

// A line each, or one JSON with the extra members before them.
int print_prefixes(const Options& options, const std::vector<Prefix>& prefixes, Json members = Json::object()) {
    std::string text;
    if (options.json) {
        Json all{{"program", program}};
        all.update(members);
        all["prefixes"] = Json::array();
        for (const Prefix& each : prefixes) all["prefixes"].push_back(each.to_string());
        text = all.dump(2) + "\n";
    } else {
        for (const Prefix& each : prefixes) text.append(each.to_string()).append("\n");
    }
    return pier::print(program, text) ? 0 : output_status;
}

}  // namespace

int show(const Options& options) {
    pier::JsonList list(program, "addresses");
    bool first = true;
    const int status = for_each_word(options.words, [&](const Word& word) {
        const auto subject = parse_subject(word, options.historical);
        if (!subject) return refuse(subject.error());
        std::string text = options.json ? list.element(json(word.text, *subject).dump(2)) : table(*subject);
        if (!options.json && !first) text.insert(0, "\n");
        first = false;
        return pier::print(program, text) ? 0 : output_status;
    });
    if (status == output_status || !options.json) return status;
    return pier::print(program, list.end()) ? status : output_status;
}

int split(const Options& options) {
    const auto prefix = parse_prefix(options.words.front(), options.historical);
    if (!prefix) return refuse(prefix.error());
    const char* begin = options.length.data();
    const char* end = begin + options.length.size();
    if (begin != end && *begin == '/') ++begin;
    unsigned length = 0;
    const auto [stopped, failure] = std::from_chars(begin, end, length);
    if (failure == std::errc::result_out_of_range && stopped == end) {
        length = prefix->bits() + 1;  // of which split() says the right thing
    } else if (failure != std::errc{} || stopped != end) {
        return refuse(options.length + ": the length of a prefix is a number");
    }
    const auto parts = pier::split(*prefix, length, options.most);
    if (!parts) return refuse(parts.error());
    const std::string further = pier::to_string(parts->further);
    const int status =
        print_prefixes(options, parts->prefixes, {{"prefix", prefix->to_string()}, {"further", further}});
    if (status == 0 && !options.json && parts->further != pier::U128(0)) {
        pier::say(program, further + " more are not listed; --most N lists more of them");
    }
    return status;
}

int merge(const Options& options) {
    std::vector<Prefix> prefixes;
    bool too_many = false;
    const int status = for_each_word(options.words, [&](const Word& word) {
        if (prefixes.size() == most_to_merge) {
            too_many = true;
            return output_status;
        }
        const auto prefix = parse_prefix(word, options.historical);
        if (!prefix) return refuse(prefix.error());
        prefixes.push_back(*prefix);
        return 0;
    });
    if (too_many) return refuse("more than " + std::to_string(most_to_merge) + " prefixes are too many at a time");
    if (status != 0) return status;
    return print_prefixes(options, pier::aggregate(std::move(prefixes)));
}

int range(const Options& options) {
    const auto first = parse_subject(options.words[0], options.historical);
    if (!first) return refuse(first.error());
    const auto last = parse_subject(options.words[1], options.historical);
    if (!last) return refuse(last.error());
    if (first->prefix || last->prefix) return refuse("the ends of a range are addresses, without a length");
    const auto prefixes = pier::prefixes_of({first->address, last->address});
    if (!prefixes) return refuse(prefixes.error());
    return print_prefixes(options, *prefixes,
                          {{"first", first->address.to_string()}, {"last", last->address.to_string()}});
}

int contains(const Options& options) {
    const auto outer = parse_prefix(options.words.front(), options.historical);
    if (!outer) return refuse(outer.error());
    const std::vector<std::string> rest(options.words.begin() + 1, options.words.end());
    pier::JsonList list(program, "addresses");
    bool all = true;
    const int status = for_each_word(rest, [&](const Word& word) {
        const auto subject = parse_subject(word, options.historical);
        if (!subject) return refuse(subject.error());
        const bool in = subject->prefix ? outer->contains(*subject->prefix) : outer->contains(subject->address);
        all = all && in;
        std::string text;
        if (options.json) {
            const Json fact{{"text", pier::printable(word.text)}, {"prefix", outer->to_string()}, {"contained", in}};
            text = list.element(fact.dump(2));
        } else {
            text.append(pier::printable(word.text)).append(in ? " is in " : " is not in ");
            text.append(outer->to_string()).append("\n");
        }
        return pier::print(program, text) ? 0 : output_status;
    });
    if (status == output_status) return status;
    if (options.json && !pier::print(program, list.end())) return output_status;
    return status != 0 ? status : all ? 0 : not_contained_status;
}

}  // namespace netcalc
