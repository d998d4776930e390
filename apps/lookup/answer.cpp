#include "answer.hpp"

#include "fault.hpp"

#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace lookup {
namespace {

using Json = nlohmann::ordered_json;
using pier::Endpoint;
using pier::SocketType;

constexpr std::size_t address_column = 16;  // as wide as IPv4 can be, and a blank
constexpr std::size_t type_column = 9;      // "datagram "
constexpr std::size_t most_of_a_word = 64;  // that a complaint shows

std::string_view name_of(SocketType type) { return type == SocketType::stream ? "stream" : "datagram"; }

void append_column(std::string& line, std::string_view text, std::size_t width) {
    line.append(text);
    line.append(text.size() < width ? width - text.size() : 1, ' ');
}

Json json_of(const Endpoint& endpoint) {
    Json fact{{"address", endpoint.address_string()},
              {"family", endpoint.family() == pier::Family::ipv4 ? "ipv4" : "ipv6"}};
    if (endpoint.scope() != 0) fact["zone"] = endpoint.scope();
    return fact;
}

struct Found {
    SocketType type;
    Endpoint endpoint;
};

// The answers to one word, whatever is asked.
class Looking {
public:
    Looking(const Options& options, const Word& word) : options_(options), word_(word) {}

    pier::Task<std::optional<Answer>> run() {
        const bool is_name = options_.mode != Mode::service && !is_this_machine();
        const std::string fault = is_name ? fault_of(word_) : std::string();
        std::optional<Endpoint> reversed;
        if (options_.mode == Mode::reverse) reversed = address_to_reverse();
        if (!reversed && !fault.empty()) co_return refuse(fault);
        if (options_.mode == Mode::reverse && !reversed) co_return refuse("this is no address to find a name of");
        pier::Error error;
        if (reversed) {
            error = co_await find_name(*reversed);
        } else {
            error = co_await find_addresses();
        }
        if (error == pier::Errc::operation_canceled) co_return std::nullopt;
        if (error) co_return not_found(error);
        co_return std::move(answer_);
    }

private:
    [[nodiscard]] bool is_this_machine() const { return word_.text.empty() && options_.question.passive; }
    [[nodiscard]] pier::Deadline limit() const { return pier::after(options_.patience); }

    // With a port or without one.
    [[nodiscard]] std::optional<Endpoint> address_to_reverse() {
        auto address = Endpoint::parse_address(word_.text);
        has_port_ = false;
        if (!address && address.error() == pier::Errc::bad_address_text) {
            address = Endpoint::parse(word_.text);
            has_port_ = true;
        }
        const bool is_good = address && !address->is_unix();
        return is_good ? std::optional(*address) : std::nullopt;
    }

    pier::Task<pier::Error> find_name(const Endpoint& endpoint) {
        pier::NameLookUp question;
        question.required = true;
        question.numeric_service = !has_port_;
        question.type = options_.question.type;
        auto name = co_await pier::look_up_name(endpoint, question, limit());
        if (!name) co_return name.error();
        const std::string host = pier::printable(name->host);
        const std::string service = pier::printable(name->service);
        if (options_.json) {
            Json fact{{"question", pier::printable(word_.text)}, {"found", true}};
            fact.update(json_of(endpoint));
            if (has_port_) fact["port"] = endpoint.port();
            fact["name"] = host;
            if (has_port_) fact["service"] = service;
            answer_.text = fact.dump(2);
            co_return pier::Error();
        }
        append_column(answer_.text, has_port_ ? endpoint.to_string() : endpoint.address_string(), address_column);
        answer_.text.append(host);
        if (has_port_) answer_.text.append(" ").append(service);
        answer_.text += '\n';
        co_return pier::Error();
    }

    // Of one type, added to those that are found already.
    pier::Task<pier::Error> find(SocketType type) {
        pier::LookUp question = options_.question;
        question.type = type;
        question.host = options_.mode == Mode::service ? "127.0.0.1" : word_.text;
        if (is_this_machine() && question.service.empty()) question.service.assign(1, '0');
        auto addresses = co_await pier::look_up(question, limit());
        if (!addresses) co_return addresses.error();
        if (canonical_.empty()) canonical_ = std::move(addresses->canonical_name);
        for (const Endpoint& each : addresses->endpoints) found_.push_back({type, each});
        co_return pier::Error();
    }

    pier::Task<pier::Error> find_addresses() {
        pier::Error error = co_await find(options_.both_types ? SocketType::stream : options_.question.type);
        if (options_.both_types) {
            // Few services have a port of both.
            const bool goes_on = !error || error == pier::Errc::service_not_found;
            if (!goes_on) co_return error;
            const pier::Error other = co_await find(SocketType::datagram);
            if (other == pier::Errc::operation_canceled || found_.empty()) co_return other;
            error = other == pier::Errc::service_not_found ? pier::Error() : other;
            sort_by_address();
        }
        if (error) co_return error;
        answer_.text = options_.json ? addresses_as_json() : addresses_as_lines();
        co_return pier::Error();
    }

    // Both types of an address one after the other. The addresses stay in their order.
    void sort_by_address() {
        std::vector<Found> sorted;
        for (const Found& each : found_) {
            auto is_same = [&](const Found& other) {
                return other.endpoint.with_port(0) == each.endpoint.with_port(0);
            };
            auto place = std::find_if(sorted.begin(), sorted.end(), is_same);
            while (place != sorted.end() && is_same(*place)) ++place;
            sorted.insert(place, each);
        }
        found_ = std::move(sorted);
    }

    [[nodiscard]] std::string addresses_as_lines() const {
        const bool has_service = !options_.question.service.empty();
        const std::string name = pier::printable(canonical_.empty() ? word_.text : canonical_);
        std::string text;
        for (const auto& [type, endpoint] : found_) {
            if (options_.mode == Mode::service) {
                append_column(text, pier::printable(options_.question.service), address_column);
                text.append(std::to_string(endpoint.port())).append(type == SocketType::stream ? "/tcp\n" : "/udp\n");
                continue;
            }
            std::string line;
            append_column(line, has_service ? endpoint.to_string() : endpoint.address_string(), address_column);
            if (options_.both_types) append_column(line, name_of(type), type_column);
            line.append(name);
            line.erase(line.find_last_not_of(' ') + 1);
            text.append(line).append("\n");
        }
        return text;
    }

    [[nodiscard]] std::string addresses_as_json() const {
        const bool has_service = !options_.question.service.empty();
        Json fact{{"question", question()}, {"found", true}};
        if (!canonical_.empty()) fact["canonical_name"] = pier::printable(canonical_);
        Json& list = fact[options_.mode == Mode::service ? "ports" : "addresses"] = Json::array();
        for (const auto& [type, endpoint] : found_) {
            Json each = options_.mode == Mode::service ? Json::object() : json_of(endpoint);
            if (has_service) each["port"] = endpoint.port();
            if (has_service || options_.both_types) each["type"] = name_of(type);
            list.push_back(std::move(each));
        }
        return fact.dump(2);
    }

    // As it was asked.
    [[nodiscard]] std::string question() const {
        return pier::printable(options_.mode == Mode::service ? options_.question.service : word_.text);
    }

    Answer failed(const std::string& sentence, int status) {
        Answer answer;
        answer.status = status;
        answer.complaint = sentence;
        if (options_.json) {
            answer.text =
                Json{{"question", question()}, {"found", false}, {"error", pier::printable(sentence)}}.dump(2);
        }
        return answer;
    }

    Answer refuse(std::string_view fault) {
        std::string sentence = word_.place.empty() ? "" : word_.place + ": ";
        sentence.append("\"").append(word_.text.substr(0, most_of_a_word));
        sentence.append(word_.text.size() > most_of_a_word ? "...\": " : "\": ").append(fault);
        return failed(sentence, wrong_word_status);
    }

    Answer not_found(const pier::Error& error) {
        const bool is_service = options_.mode == Mode::service || error == pier::Errc::service_not_found;
        std::string sentence = is_service ? options_.question.service : word_.text;
        const bool one_family = options_.question.family_rule == pier::FamilyRule::only;
        if (!is_service && one_family && options_.question.family == pier::Family::ipv4) sentence += " by IPv4";
        if (!is_service && one_family && options_.question.family == pier::Family::ipv6) sentence += " by IPv6";
        sentence.append(": ").append(pier::describe(error));
        std::string_view help = pier::advice(error);
        if (error == pier::Errc::host_not_found) {
            help = options_.mode == Mode::reverse ? "no table has a name of this address"
                   : options_.question.numeric    ? "--numeric takes addresses alone"
                                                  : help;
        }
        if (!help.empty()) sentence.append("; ").append(help);
        return failed(sentence, not_found_status);
    }

    const Options& options_;
    const Word& word_;
    bool has_port_ = false;
    std::vector<Found> found_;
    std::string canonical_;
    Answer answer_;
};

}  // namespace

pier::Task<std::optional<Answer>> answer(const Options& options, Word word) {
    Looking looking(options, word);
    co_return co_await looking.run();
}

}  // namespace lookup
