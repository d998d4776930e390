// The lines of the protocol by which pier-file-client asks pier-file-server for files: docs/apps/file.md shows a
// conversation. Formatting gives a line with its end; parsing takes one without, and gives nothing of a line that
// formatting does not write.
#pragma once

#include <pier/transfer/sha256.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace pier::transfer {

// Both sides say it first.
inline constexpr std::string_view version_line = "pier-file 1";
// The receiver's last word, when it has all that it asked for.
inline constexpr std::string_view thanks_line = "thanks";
// Bytes without the end: the longest name, encoded, and what stands beside it.
inline constexpr std::size_t longest_line = 3584;
inline constexpr std::size_t longest_token = 80;
// Bytes of a file: what every system can count.
inline constexpr std::uint64_t largest_size = std::uint64_t{1} << 62;

// What tells one state of a file from another: letters, digits, "-". The server makes it, nobody else looks into it.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

// "list"
struct ListRequest {
    bool operator==(const ListRequest&) const = default;
};

// "get NAME offset=BYTES token=TOKEN digest=sha256": from the offset on, if the file's token is still that one, else
// from the beginning.
struct GetRequest {
    std::string name;
    std::uint64_t offset = 0;
    std::string token;   // empty ("token=" in the line) where nothing is there yet
    bool digest = true;  // "digest=none" where it is not wanted
    bool operator==(const GetRequest&) const = default;
};

using Request = std::variant<ListRequest, GetRequest>;
[[nodiscard]] std::string to_line(const Request& request);
[[nodiscard]] std::optional<Request> parse_request(std::string_view line);

// Why nothing is sent: "refused WORD".
enum class Refusal : std::uint8_t {
    version,      // of the protocol
    bad_request,  // no line of this protocol
    not_found,    // also what must not be seen
    is_folder,
    not_a_file,     // a device, a pipe, a socket
    no_permission,  // of the server, for this file
    failed,         // something else of the server's
};
[[nodiscard]] std::string to_line(Refusal refusal);

// "file size=BYTES modified=NANOSECONDS token=TOKEN offset=BYTES length=BYTES", and then so many bytes.
struct FileHeader {
    std::uint64_t size = 0;     // of the whole
    std::int64_t modified = 0;  // since 1970, UTC
    std::string token;
    std::uint64_t offset = 0;  // the length is what follows it
    bool operator==(const FileHeader&) const = default;
};
[[nodiscard]] std::string to_line(const FileHeader& header);

// "files": the head of a list. A line for each file follows, and then the list's end.
struct ListHeader {
    bool operator==(const ListHeader&) const = default;
};
[[nodiscard]] std::string to_line(const ListHeader& header);

using Answer = std::variant<FileHeader, ListHeader, Refusal>;
[[nodiscard]] std::optional<Answer> parse_answer(std::string_view line);

// What stands behind the content.
struct Sent {  // "sent"
    bool operator==(const Sent&) const = default;
};
struct Changed {  // "changed": while it was sent, so that nobody knows what was
    bool operator==(const Changed&) const = default;
};
struct Digesting {  // "digesting": the digest is not ready yet; said again and again, so that nobody takes the server
                    // for dead
    bool operator==(const Digesting&) const = default;
};
using Trailer = std::variant<Sent, Changed, Digesting, Sha256Digest>;  // "sha256 HEX", of the whole file
[[nodiscard]] std::string to_line(const Trailer& trailer);
[[nodiscard]] std::optional<Trailer> parse_trailer(std::string_view line);

// "entry NAME size=BYTES modified=NANOSECONDS"
struct Entry {
    std::string name;
    std::uint64_t size = 0;
    std::int64_t modified = 0;
    bool operator==(const Entry&) const = default;
};
// "end files=N left_out=N"
struct ListEnd {
    std::uint64_t files = 0;
    std::uint64_t left_out = 0;  // whose names can't be sent, or which can't be read
    bool operator==(const ListEnd&) const = default;
};
using ListLine = std::variant<Entry, ListEnd>;
[[nodiscard]] std::string to_line(const ListLine& line);
[[nodiscard]] std::optional<ListLine> parse_list_line(std::string_view line);

}  // namespace pier::transfer
