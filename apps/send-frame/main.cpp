// Sends frames that are made of a description, or shows them.
#include "assemble.hpp"
#include "options.hpp"
#include "parse.hpp"
#include "program.hpp"
#include "send.hpp"
#include "show.hpp"

#include <pier/cli/interface_name.hpp>
#include <pier/cli/program.hpp>
#include <pier/cli/run.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>

namespace {

using send_frame::Options;
using send_frame::program;

constexpr std::size_t most_text = std::size_t{16} << 20;

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Nothing after a sentence.
std::optional<std::string> read_file(const std::string& name) {
    const File opened(name == "-" ? nullptr : std::fopen(name.c_str(), "rb"));
    std::FILE* file = name == "-" ? stdin : opened.get();
    std::string text;
    std::array<char, 4096> piece{};
    while (file != nullptr && text.size() <= most_text) {
        const std::size_t size = std::fread(piece.data(), 1, piece.size(), file);
        text.append(piece.data(), size);
        if (size < piece.size()) break;
    }
    if (file != nullptr && std::ferror(file) == 0 && text.size() <= most_text) return text;
    pier::say(program, name + ": " + (text.size() > most_text ? "is longer than 16 MiB" : "can't be read"));
    return std::nullopt;
}

// False after a sentence.
bool write_file(const std::string& name, const send_frame::ByteVector& bytes) {
    const auto* data = reinterpret_cast<const char*>(bytes.data());
    if (name == "-") return pier::print(program, {data, bytes.size()});
    std::FILE* file = std::fopen(name.c_str(), "wb");
    bool written = file != nullptr && std::fwrite(data, 1, bytes.size(), file) == bytes.size();
    if (file != nullptr && std::fclose(file) != 0) written = false;
    if (!written) pier::say(program, name + ": can't be written");
    return written;
}

std::optional<pier::Address> destination_of(const send_frame::Layer& layer) {
    if (const auto* ip = std::get_if<send_frame::Ip>(&layer)) return ip->fields.destination;
    if (const auto* ip6 = std::get_if<send_frame::Ip6>(&layer)) return ip6->fields.destination;
    return std::nullopt;
}

// The frames, or the exit status after a sentence.
pier::OrStatus<std::vector<send_frame::Frame>> make_frames(const std::string& text, const std::string& name,
                                                           const send_frame::Defaults& defaults) {
    const auto described = send_frame::parse(text);
    if (!described) {
        const send_frame::Mistake& mistake = described.error();
        pier::say(program, name + send_frame::place_of(text, mistake.offset) + ": " + mistake.sentence);
        return std::unexpected(2);
    }
    std::vector<send_frame::Frame> frames;
    for (const send_frame::Description& each : *described) {
        auto bytes = send_frame::assemble(each, defaults);
        if (!bytes) {
            pier::say(program, name + "frame " + std::to_string(frames.size() + 1) + ": " + bytes.error());
            return std::unexpected(2);
        }
        frames.push_back({std::move(*bytes), send_frame::link_of(each), destination_of(each.layers.front())});
    }
    return frames;
}

int show_all(const std::vector<send_frame::Frame>& frames) {
    for (const send_frame::Frame& frame : frames) {
        if (!pier::print(program, send_frame::show(frame))) return 1;
    }
    return 0;
}

int write_all(const Options& options, const std::vector<send_frame::Frame>& frames) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto time_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
    const auto file = send_frame::capture_of(frames, time_ns);
    if (file) return write_file(*options.capture, *file) ? 0 : 1;
    pier::say(program, file.error());
    return 1;
}

// What can't go that way is said before anything is sent.
bool can_be_sent(const Options& options, const std::vector<send_frame::Frame>& frames) {
    for (const send_frame::Frame& frame : frames) {
        if (options.raw == frame.destination.has_value()) continue;
        pier::say(program, options.raw ? "--raw sends packets that begin with ip or ip6"
                                       : "a packet of IP alone is sent by --raw; a frame begins with eth");
        return false;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = send_frame::parse_options(argc, argv);
    if (!options) return options.error();
    const auto text = options->file ? read_file(*options->file) : std::optional(options->words);
    if (!text) return 1;
    std::optional<pier::Interface> interface;
    send_frame::Defaults defaults;
    if (options->interface) {
        interface = pier::choose_interface(program, options->interface);
        if (!interface) return 1;
        pier::packet::MacAddress::Octets octets{};
        if (interface->hardware_address.size() == octets.size()) {
            std::ranges::copy(interface->hardware_address, octets.begin());
            defaults.mac = pier::packet::MacAddress(octets);
        }
    }
    const auto frames = make_frames(*text, options->file ? *options->file + ": " : "", defaults);
    if (!frames) return frames.error();
    if (options->dry_run) return show_all(*frames);
    if (options->capture) return write_all(*options, *frames);
    if (!can_be_sent(*options, *frames)) return 2;
    return pier::run_until_stopped(program, *options->engine, [&] {
        return send_frame::send_all(*options, interface ? &*interface : nullptr, *frames);
    });
}
