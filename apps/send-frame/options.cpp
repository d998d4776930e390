#include "options.hpp"

#include "fields.hpp"
#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <vector>

namespace send_frame {
namespace {

constexpr const char* about =
    "Sends frames that are made of a description. Lengths, checksums and the numbers of what comes next are filled in, "
    "unless the description says something else, right or wrong. Exit status 0: all was sent, or shown; 1: it could "
    "not be; 2: wrong usage, or a mistake in the description.";

std::vector<pier::Term> terms() {
    std::vector<pier::Term> all;
    for (LayerHelp& each : layer_help()) all.push_back({std::move(each.name), std::move(each.fields)});
    all.push_back({"hex", "bytes, as in \"hex 00 01 ff\""});
    all.push_back({"\"...\"", "a text, with \\n \\r \\t \\0 \\\\ \\\" \\xHH"});
    return all;
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app(about, std::string(program));
    app.refuse_slash_options();
    Options options;
    std::vector<std::string> words;
    pier::EngineOption engine;
    app.add_option("frame", words,
                   "layers with \"/\" between them and fields behind their names, frames with \";\" between them; or "
                   "hexadecimal digits alone, with or without tcpdump's offsets")
        .shown_as("LAYER...");
    const pier::CommandOption file =
        app.add_option("-f,--file", options.file, "the description is in this file (\"-\": stdin)").shown_as("FILE");
    constexpr const char* where = "Where frames go";
    app.add_option("-I,--interface", options.interface, "by this one, by its name or number")
        .shown_as("NAME")
        .group(where);
    const pier::CommandOption raw =
        app.add_flag("--raw", options.raw, "send packets of IP by a raw socket, so that the system finds their way")
            .group(where);
    const pier::CommandOption dry =
        app.add_flag("-n,--dry-run", options.dry_run, "show the frames, and send nothing").group(where).excludes(raw);
    app.add_option("-w,--write", options.capture, "write the frames to a pcap file (\"-\": stdout), and send nothing")
        .shown_as("FILE")
        .group(where)
        .excludes(raw)
        .excludes(dry);
    app.add_option("-c,--count", options.count, "how often all of them are sent (default 1)")
        .shown_as("N")
        .group("How often")
        .range(std::uint64_t{1}, std::uint64_t{1} << 40);
    double interval = 1;
    app.add_option("-i,--interval", interval, "between two frames (default 1)")
        .shown_as("SECONDS")
        .group("How often")
        .range(0.0, 1e6);
    app.add_flag("-q,--quiet", options.quiet, "do not say what was sent").group("Output");
    engine.add_to(app);
    const auto layers = terms();
    pier::add_terms(app, "Layers and their fields", layers);
    pier::add_examples(app,
                       {{"pier-send-frame -n eth / ip dst=192.0.2.1 ttl=3 / udp dport=53", "show it"},
                        {"pier-send-frame -n 'ip dst=192.0.2.1 / udp chksum=0x1234 / \"hi\\n\"'", "wrong on purpose"},
                        {"pier-send-frame -I e0 eth / arp target=192.0.2.1 sender=192.0.2.2", "ask who has it"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    if (!(interval >= 0)) return pier::refuse_usage(program, "--interval: nan is no number");
    options.interval = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(interval));
    for (const std::string& word : words) options.words.append(options.words.empty() ? "" : " ").append(word);
    if (file.count() > 0 && !words.empty())
        return pier::refuse_usage(program, "a description and --file, of which there can be one");
    if (file.count() == 0 && words.empty()) return pier::refuse_usage(program, "a description of a frame is missing");
    const bool sends = !options.dry_run && !options.capture;
    if (options.raw && options.interface)
        return pier::refuse_usage(program, "--raw finds the interface by itself, without --interface");
    if (sends && !options.raw && !options.interface)
        return pier::refuse_usage(program, "--interface is missing: by which one is it sent?");
    return options;
}

}  // namespace send_frame
