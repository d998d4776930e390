// What a conversation goes over: a stream, or datagrams of one peer or of everybody.
#pragma once

#include <pier/datagram.hpp>
#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace nc {

// Confined to its loop's thread; one receive and one send at a time.
class Wire {
public:
    Wire() = default;
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    virtual ~Wire() = default;

    // Some bytes, or a datagram (which may be empty); nothing at the end of a stream.
    virtual pier::Task<pier::Result<std::optional<std::size_t>>> receive(std::span<std::byte> into) = 0;
    // Some of it, or all as one datagram: how many bytes.
    virtual pier::Task<pier::Result<std::size_t>> send(std::span<const std::byte> data) = 0;
    // Tells the other end that nothing more comes. Datagrams have no such message.
    virtual pier::Result<void> finish() { return {}; }
    // Ends what is under way as operation_canceled.
    virtual void close() noexcept = 0;
    [[nodiscard]] virtual bool is_stream() const noexcept { return false; }
    [[nodiscard]] virtual std::string peer() const = 0;
};

class StreamWire final : public Wire {
public:
    // `name` is for sentences.
    StreamWire(pier::Stream stream, std::string name) : stream_(std::move(stream)), name_(std::move(name)) {}

    pier::Task<pier::Result<std::optional<std::size_t>>> receive(std::span<std::byte> into) override;
    pier::Task<pier::Result<std::size_t>> send(std::span<const std::byte> data) override;
    pier::Result<void> finish() override { return stream_.finish(); }
    void close() noexcept override { stream_.close(); }
    [[nodiscard]] bool is_stream() const noexcept override { return true; }
    [[nodiscard]] std::string peer() const override { return name_; }

private:
    pier::Stream stream_;
    std::string name_;
};

// With a peer that the system knows: it drops what others send, and reports that nobody is there.
class DatagramWire final : public Wire {
public:
    DatagramWire(pier::Datagram socket, std::string name) : socket_(std::move(socket)), name_(std::move(name)) {}

    pier::Task<pier::Result<std::optional<std::size_t>>> receive(std::span<std::byte> into) override;
    pier::Task<pier::Result<std::size_t>> send(std::span<const std::byte> data) override;
    void close() noexcept override { socket_.close(); }
    [[nodiscard]] std::string peer() const override { return name_; }

private:
    pier::Datagram socket_;
    std::string name_;
};

// A socket that was opened to listen. It talks with the sender of the first datagram, which has been received already,
// and drops what others send; or it hears everybody, and answers nobody.
class CallerWire final : public Wire {
public:
    CallerWire(pier::Datagram& socket, std::vector<std::byte> first, pier::Endpoint caller, bool everybody)
        : socket_(socket), first_(std::move(first)), caller_(std::move(caller)), everybody_(everybody) {}

    pier::Task<pier::Result<std::optional<std::size_t>>> receive(std::span<std::byte> into) override;
    pier::Task<pier::Result<std::size_t>> send(std::span<const std::byte> data) override;
    void close() noexcept override { socket_.close(); }
    [[nodiscard]] std::string peer() const override { return everybody_ ? "everybody" : name_of(caller_); }
    // Unix-domain sockets need not have a name.
    [[nodiscard]] static std::string name_of(const pier::Endpoint& caller);

private:
    pier::Datagram& socket_;
    std::optional<std::vector<std::byte>> first_;  // until it is received by the conversation
    pier::Endpoint caller_;
    bool everybody_;
};

}  // namespace nc
