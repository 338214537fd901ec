// What the C++ runtime lacks in a module of its own: an unwinder, and WASI. Each of these means that something went
// wrong that must not go on, so each ends the instance; the shim answers 500 and makes a new one.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hosts/workers/host.hpp"

namespace {

[[noreturn]] void panic(std::string_view why) { postern::workers::host::host_panic(why.data(), why.size()); }

}  // namespace

extern "C" {

// Our code throws nothing, and uses the forms of its libraries that do not throw.
void* __cxa_allocate_exception(std::size_t) noexcept { panic("an exception was thrown"); }
void __cxa_throw(void*, void*, void (*)(void*)) { panic("an exception was thrown"); }

[[noreturn]] void abort() { panic("abort"); }

// Debian's compiler runtime is built with a stack protector.
std::uintptr_t __stack_chk_guard = 0x000aff0d;
[[noreturn]] void __stack_chk_fail() { panic("the stack was overwritten"); }

// libc's way out: files, the environment, the end of the process. There are none here.
int __imported_wasi_snapshot_preview1_environ_get(int, int) { panic("environ_get"); }
int __imported_wasi_snapshot_preview1_environ_sizes_get(int, int) { panic("environ_sizes_get"); }
int __imported_wasi_snapshot_preview1_fd_close(int) { panic("fd_close"); }
int __imported_wasi_snapshot_preview1_fd_seek(int, long long, int, int) { panic("fd_seek"); }
int __imported_wasi_snapshot_preview1_fd_write(int, int, int, int) { panic("fd_write"); }
[[noreturn]] void __imported_wasi_snapshot_preview1_proc_exit(int) { panic("proc_exit"); }
}
