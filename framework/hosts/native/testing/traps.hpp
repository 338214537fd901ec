// Whether a call ends the program, as ensure() does on a bug. It runs in a child process, so the test lives on.
//
//   CHECK(testing::traps([&] { router.add(Method::get, "no slash", endpoint); }));
//
// POSIX only, and only from a test with one thread.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "postern/base/ensure.hpp"

namespace postern::testing {

template <class Call>
[[nodiscard]] bool traps(Call call) {
  const pid_t child = fork();
  ensure(child >= 0);
  if (child == 0) {
    // The test program's own handlers would write a report about a death that is wanted.
    for (int signal : {SIGILL, SIGTRAP}) std::signal(signal, SIG_DFL);
    call();
    _exit(0);
  }
  int status = 0;
  ensure(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP);
}

}  // namespace postern::testing
