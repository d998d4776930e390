#include <pier/transfer/message.hpp>

#include <pier/transfer/name.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace pier::transfer {
namespace {

constexpr std::array<std::pair<Refusal, std::string_view>, 7> refusal_words{{{Refusal::version, "version"},
                                                                             {Refusal::bad_request, "bad-request"},
                                                                             {Refusal::not_found, "not-found"},
                                                                             {Refusal::is_folder, "is-a-folder"},
                                                                             {Refusal::not_a_file, "not-a-file"},
                                                                             {Refusal::no_permission, "no-permission"},
                                                                             {Refusal::failed, "failed"}}};

// The words of a line, each with one space before it but the first.
class Reader {
public:
    explicit Reader(std::string_view line) noexcept : rest_(line), good_(line.size() <= longest_line) {}

    // Empty, and no good line, where there is none.
    std::string_view word() noexcept {
        if (begun_) {
            if (!rest_.starts_with(' ')) return fail();
            rest_.remove_prefix(1);
        }
        begun_ = true;
        const std::string_view word = rest_.substr(0, rest_.find(' '));
        rest_.remove_prefix(word.size());
        return word.empty() ? fail() : word;
    }
    // Of "KEY=VALUE".
    std::string_view value(std::string_view key) noexcept {
        const std::string_view text = word();
        if (text.size() <= key.size() || !text.starts_with(key) || text[key.size()] != '=') return fail();
        return text.substr(key.size() + 1);
    }
    // As to_chars() writes it: no signs but a minus, no zeros in front.
    template <class N>
    N number(std::string_view key, N most) noexcept {
        const std::string_view text = value(key);
        N result{};
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), result);
        std::array<char, 24> again;
        const auto written = std::to_chars(again.data(), again.data() + again.size(), result);
        const bool same = std::string_view(again.data(), written.ptr) == text;
        if (problem != std::errc{} || !same || result > most) {
            fail();
            return {};
        }
        return result;
    }
    std::string name() {
        auto decoded = decode_name(word());
        if (!decoded) fail();
        return decoded ? std::move(*decoded) : std::string();
    }
    // The whole line was read, and nothing was wrong with it.
    [[nodiscard]] bool good() const noexcept { return good_ && rest_.empty(); }

    std::string_view fail() noexcept {
        good_ = false;
        return {};
    }

private:
    std::string_view rest_;
    bool good_;
    bool begun_ = false;
};

constexpr std::int64_t latest = std::int64_t{1} << 62;  // which is 2116; nobody counts with it

// Made in place: GCC 12 with its address sanitizer takes a variant that is moved for one without a value.
template <class Line, class T>
std::optional<Line> checked(const Reader& reader, T value) {
    if (!reader.good()) return std::nullopt;
    return std::optional<Line>(std::in_place, std::in_place_type<T>, std::move(value));
}

std::string field(std::string_view key, std::string_view value) {
    return std::string(" ").append(key).append("=").append(value);
}
template <class N>
requires(std::is_integral_v<N>) std::string field(std::string_view key, N value) {
    return field(key, std::to_string(value));
}

struct Lines {
    std::string operator()(const ListRequest&) const { return "list\n"; }
    std::string operator()(const GetRequest& request) const {
        return "get " + encode_name(request.name) + field("offset", request.offset) + field("token", request.token) +
               field("digest", request.digest ? std::string_view("sha256") : "none") + "\n";
    }
    std::string operator()(const Sent&) const { return "sent\n"; }
    std::string operator()(const Changed&) const { return "changed\n"; }
    std::string operator()(const Digesting&) const { return "digesting\n"; }
    std::string operator()(const Sha256Digest& digest) const { return "sha256 " + to_hex(digest) + "\n"; }
    std::string operator()(const Entry& entry) const {
        return "entry " + encode_name(entry.name) + field("size", entry.size) + field("modified", entry.modified) +
               "\n";
    }
    std::string operator()(const ListEnd& end) const {
        return "end" + field("files", end.files) + field("left_out", end.left_out) + "\n";
    }
};

std::optional<Answer> parse_file_header(Reader reader) {
    FileHeader header;
    header.size = reader.number("size", largest_size);
    header.modified = reader.number("modified", latest);
    header.token = reader.value("token");
    header.offset = reader.number("offset", header.size);
    const std::uint64_t length = reader.number("length", header.size);
    if (!is_token(header.token) || !reader.good() || length != header.size - header.offset) return std::nullopt;
    return header;
}

std::optional<Answer> parse_refusal(Reader reader) {
    const std::string_view word = reader.word();
    const auto found = std::ranges::find(refusal_words, word, &std::pair<Refusal, std::string_view>::second);
    if (found == refusal_words.end()) return std::nullopt;
    return checked<Answer>(reader, found->first);
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= longest_token && std::ranges::all_of(text, is_plain);
}

std::string to_line(const Request& request) { return std::visit(Lines{}, request); }

std::optional<Request> parse_request(std::string_view line) {
    Reader reader(line);
    const std::string_view what = reader.word();
    if (what == "list") return checked<Request>(reader, ListRequest{});
    if (what != "get") return std::nullopt;
    GetRequest request;
    request.name = reader.name();
    request.offset = reader.number("offset", largest_size);
    request.token = reader.value("token");
    const std::string_view digest = reader.value("digest");
    request.digest = digest == "sha256";
    if (!request.digest && digest != "none") return std::nullopt;
    if (!request.token.empty() && !is_token(request.token)) return std::nullopt;
    return checked<Request>(reader, std::move(request));
}

std::string to_line(Refusal refusal) {
    const auto found = std::ranges::find(refusal_words, refusal, &std::pair<Refusal, std::string_view>::first);
    return std::string("refused ").append(found->second).append("\n");
}

std::string to_line(const FileHeader& header) {
    return "file" + field("size", header.size) + field("modified", header.modified) + field("token", header.token) +
           field("offset", header.offset) + field("length", header.size - header.offset) + "\n";
}

std::string to_line(const ListHeader&) { return "files\n"; }

std::optional<Answer> parse_answer(std::string_view line) {
    Reader reader(line);
    const std::string_view what = reader.word();
    if (what == "file") return parse_file_header(reader);
    if (what == "files") return checked<Answer>(reader, ListHeader{});
    if (what == "refused") return parse_refusal(reader);
    return std::nullopt;
}

std::string to_line(const Trailer& trailer) { return std::visit(Lines{}, trailer); }

std::optional<Trailer> parse_trailer(std::string_view line) {
    Reader reader(line);
    const std::string_view what = reader.word();
    if (what == "sent") return checked<Trailer>(reader, Sent{});
    if (what == "changed") return checked<Trailer>(reader, Changed{});
    if (what == "digesting") return checked<Trailer>(reader, Digesting{});
    if (what != "sha256") return std::nullopt;
    const auto digest = digest_from_hex(reader.word());
    if (!digest) return std::nullopt;
    return checked<Trailer>(reader, *digest);
}

std::string to_line(const ListLine& line) { return std::visit(Lines{}, line); }

std::optional<ListLine> parse_list_line(std::string_view line) {
    Reader reader(line);
    const std::string_view what = reader.word();
    if (what == "entry") {
        Entry entry;
        entry.name = reader.name();
        entry.size = reader.number("size", largest_size);
        entry.modified = reader.number("modified", latest);
        return checked<ListLine>(reader, std::move(entry));
    }
    if (what != "end") return std::nullopt;
    ListEnd end;
    end.files = reader.number("files", largest_size);
    end.left_out = reader.number("left_out", largest_size);
    return checked<ListLine>(reader, end);
}

}  // namespace pier::transfer
