// What an event loop does again and again beside its requests, such as to read anew what was revoked.
//
//   Job job = Job::start(do_every(period, [&] { return server.housekeep(); }, clock, log), ...);    // at once, and for
//   ever
//
// A chore that throws, as when memory runs out, is done again like any other, for nobody else would do it: the log is
// told.
#pragma once

#include <exception>
#include <utility>

#include "postern/base/task.hpp"
#include "postern/ports/clock.hpp"
#include "postern/ports/log.hpp"

namespace postern::native {

// False if not even for that there was memory.
inline bool report_failed_chore(Log& log, const char* reason) noexcept {
  try {
    log.write(LogLevel::error, "chore.failed", {{"reason", reason}});
    return true;
  } catch (...) {
    return false;
  }
}

// `chore` gives a Task<void>. It and the ports outlive the task.
template <class Chore>
Task<void> do_every(Duration period, Chore chore, Clock& clock, Log& log) {
  while (true) {
    try {
      co_await chore();
    } catch (const std::exception& exception) {
      (void)report_failed_chore(log, exception.what());
    } catch (...) {
      (void)report_failed_chore(log, "an exception of unknown type");
    }
    co_await clock.sleep_for(period);
  }
}

}  // namespace postern::native
