# Toolchain of the portable core as WebAssembly: Debian's clang 19, libc++ for wasm32 and wasi-libc.
#
# Exceptions: there is no unwinder for wasm in Debian. Headers with try/catch compile (-fexceptions), without any code for
# what would be caught (-fignore-exceptions); a throw ends in the trap that framework/hosts/workers links. Our own code does
# not throw, but for Call::user() where nobody is signed in.
#
# Tail calls: without them each resumption of a coroutine (base/task.hpp) would stay on the stack until the chain ends, and
# a tool that awaits in a loop what is there at once would use it up.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_FLAGS_INIT "-stdlib=libc++ -fexceptions -fignore-exceptions -mtail-call -DBOOST_SYSTEM_DISABLE_THREADS")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
