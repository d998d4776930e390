#include <pier/behaviour/expectations.hpp>

#include <algorithm>
#include <iterator>

namespace pier::behaviour {
namespace {

struct Native {
    std::string_view behaviour;
    std::string_view linux_outcome;
    std::string_view wine_8_outcome;
    std::string_view wine_10_outcome = wine_8_outcome;  // differs where Wine has come nearer to Windows
};

constexpr Native native[] = {
    {"connect-refused-delay", "refused", "refused"},
    {"backlog-overflow", "works+pending", "works+pending"},
    {"connect-to-unspecified", "works+refused", "works+refused"},
    {"connect-nb-start-code", "would-block+works+connected", "would-block+connected+connected"},
    {"accept-inherits-nonblocking", "blocks", "at-once"},
    {"listener-close-drops-queue", "reset+end+lost", "end+end+lost", "reset+reset+lost"},
    {"accept-peer-closed-in-queue", "data+end", "data+end"},
    {"accept-peer-reset-in-queue", "works+unconnected+reset+end", "works+unconnected+end+end",
     "works+works+reset+reset"},
    {"connect-error-slot", "refused+nothing+refused+end", "refused+refused+end+end"},
    {"connect-retry-same-socket", "refused+refused+works", "refused+aborted+works", "refused+refused+works"},
    {"connect-again-while-pending", "in-progress+unconnected+would-block+would-block+nothing+works",
     "in-progress+unconnected+would-block+would-block+nothing+unconnected",
     "in-progress+works+would-block+would-block+nothing+unconnected"},
    {"connect-self", "works+data", "works+data"},
    {"accept-inherits-options", "inherited+inherited", "inherited+inherited"},
    {"send-accept-size", "partial+would-block", "partial+would-block", "whole+would-block"},
    {"linger-timeout-close", "blocks", "blocks", "at-once"},
    {"eof-repeatable", "data+end+end", "data+end+end"},
    {"send-after-peer-close", "works+lost+end", "works+lost+end", "works+lost+reset"},
    {"close-with-unread-sends-reset", "reset+end", "end+end", "reset+reset"},
    {"waitall-semantics", "data+data", "data+data"},
    {"shutdown-simultaneous", "data+end+unconnected", "data+end+works"},
    {"half-close-echo", "works+works+end+data+broken-pipe", "works+works+end+data+broken-pipe"},
    {"shutdown-both", "works+data+end+broken-pipe", "works+broken-pipe+broken-pipe+broken-pipe"},
    {"shutdown-read", "works+data+end+works+data", "works+broken-pipe+broken-pipe+works+broken-pipe"},
    {"reset-pending-read", "reset+end", "reset+end", "reset+reset"},
    {"reset-idle-peer", "reset+end+lost", "end+end+lost", "reset+reset+lost"},
    {"data-before-reset", "data+data+reset", "data+data+end", "reset+reset+reset"},
    {"reset-after-fin", "end+end+lost", "end+end+lost", "end+reset+lost"},
    {"reset-with-so-error-read", "reset+nothing+end", "nothing+nothing+end", "nothing+nothing+reset"},
    {"so-error-neutral", "nothing+nothing+nothing+nothing", "nothing+nothing+nothing+nothing"},
    {"close-wakes-blocked-call", "blocks+blocks", "invalid+canceled"},
    {"cancel-one-op", "works+canceled+data", "works+canceled+data"},
    {"cancel-nothing-pending", "not-found", "works", "not-found"},
    {"submitter-thread-exit", "pending+canceled+ready", ""},
    {"shutdown-wakes-blocked-call", "end+invalid", "blocks+blocks"},
    {"close-wakes-selector", "blocks", "invalid"},
    {"port-closed-under-waiter", "", "timed-out", "aborted"},
    {"level-repeat", "ready+ready+ready+quiet", "ready+ready+ready+quiet"},
    {"edge-partial-read", "ready+quiet+ready", "ready+ready+quiet"},
    {"oneshot-rearm", "ready+quiet+ready", ""},
    {"ready-unconnected", "writable+hang-up", "quiet"},
    {"select-empty-set", "works", "invalid"},
    {"select-timeout-struct", "differs+invalid", "same+ready"},
    {"dgram-truncation", "ignored+data", "message-size+data"},
    {"dgram-too-big", "message-size", "message-size"},
    {"udp-unbound-and-bad-destinations", "would-block+unconnected+invalid+denied", "would-block+invalid+invalid+denied",
     "would-block+unconnected+works+denied"},
    {"reuseaddr-live-listener", "in-use+in-use", "in-use+denied"},
    {"reuseaddr-time-wait", "in-use+in-use+works", "works+works+works"},
    {"opt-buffer-readback", "differs+works", "same+works"},
    {"opt-value-width", "invalid+differs", "works+differs"},
    {"opt-timeouts", "would-block+would-block", "timed-out+ignored"},
    {"bind-conflicts", "in-use+in-use+works+not-available", "in-use+in-use+works+not-available"},
    {"edge-merge-and-register", "writable+ready+writable+ready+writable+hang-up+quiet+ready+writable+hang-up", ""},
    {"eventselect-mode-and-inherit", "", "invalid+works+last"},
    {"uring-nonblocking-flag", "pending+data+pending+works+works+would-block", ""},
    {"multicast-membership", "works+in-use+ready+ready+works+not-available+works",
     "works+in-use+ready+ready+works+invalid+works"},
    {"udp-overflow-drop", "works+partial", "works+partial"},
    {"opt-defaults", "nothing+nothing+works+differs", "nothing+nothing+works+same"},
    {"raw-sees-kernel-traffic", "data+data", "data+data"},
    {"multicast-loop-side", "ready+quiet+ready", ""},
    {"wait-64", "", "quiet+invalid+invalid+first"},
    {"socket-duplicate", "data+quiet+end", "data+quiet+end"},
    {"raw-receive-header", "twice+whole", "twice+whole"},
    {"raw-protocol-allowed", "works+works+works+works+works+unsupported",
     "works+works+works+unsupported+works+unsupported"},
    {"link-loopback-copies", "twice", ""},
    {"link-inject", "works+once+invalid+message-size", ""},
};

}  // namespace

std::string_view expected_native(std::string_view system, std::string_view behaviour) {
    const auto* found = std::ranges::find(native, behaviour, &Native::behaviour);
    if (found == std::end(native)) return {};
    if (system == "linux") return found->linux_outcome;
    if (system == "wine-10") return found->wine_10_outcome;
    return system == "wine-8" ? found->wine_8_outcome : std::string_view();
}

}  // namespace pier::behaviour
