// The file of a Unix-domain socket, which goes with the socket: nobody can connect to what is left behind otherwise.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

#include <cstdint>

namespace pier::spi {

// A file, whatever its name is.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    friend bool operator==(const FileId&, const FileId&) noexcept = default;
};

// Pinned; one thread at a time. Removes the file at its end, if that is still the one that was bound, and if this is
// still the process that has bound it: a child of a fork has a copy of this object, and none of the file.
class SocketFile {
public:
    // For an address with a path. There is nothing to remove until bound().
    explicit SocketFile(const Endpoint& endpoint) noexcept : endpoint_(endpoint) {}
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;
    ~SocketFile();

    // The socket has just been bound. Errors: address_in_use when the file has gone meanwhile.
    [[nodiscard]] Result<void> bound();
    // Whether the path still leads to that file.
    [[nodiscard]] bool in_place() const;

private:
    Endpoint endpoint_;
    FileId id_{};
    std::uint64_t process_ = 0;  // that has bound it; 0: none yet
};

}  // namespace pier::spi
