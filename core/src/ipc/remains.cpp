#include <pier/ipc/remains.hpp>

#include <pier/sys/ipc/remains.hpp>

#include <algorithm>
#include <tuple>

namespace pier {

Result<std::vector<IpcRemain>> ipc_remains() {
    auto remains = sys::ipc_remains();
    if (!remains) return remains;
    std::ranges::sort(*remains, {}, [](const IpcRemain& each) { return std::tie(each.kind, each.name.text()); });
    return remains;
}

Result<void> remove_remain(IpcKind kind, const IpcName& name) { return sys::remove_remain(kind, name); }

}  // namespace pier
