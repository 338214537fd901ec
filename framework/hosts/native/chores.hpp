// What an event loop does again and again beside its requests, such as to read anew what was revoked.
//
//   Job job = Job::start(do_every(period, [&] { return server.housekeep(); }, clock, log), ...);
//
// It is done at once, and then each time that the period is over. One that throws, as when memory runs out, is done
// again like any other, for nobody else would do it; the log is told.
#pragma once

#include <cstdio>
#include <exception>

#include "postern/base/task.hpp"
#include "postern/ports/clock.hpp"
#include "postern/ports/log.hpp"

namespace postern::native {

inline void report_failed_chore(Log& log, const char* reason) noexcept {
  try {
    log.write(LogLevel::error, "chore.failed", {{"reason", reason}});
  } catch (...) {  // there was no memory for that either
    std::fputs("{\"level\":\"error\",\"event\":\"chore.failed\"}\n", stderr);
  }
}

// `chore` gives a Task<void>. It and the ports outlive the task.
template <class Chore>
Task<void> do_every(Duration period, Chore chore, Clock& clock, Log& log) {
  while (true) {
    try {
      co_await chore();
    } catch (const std::exception& exception) {
      report_failed_chore(log, exception.what());
    } catch (...) {
      report_failed_chore(log, "an exception of unknown type");
    }
    co_await clock.sleep_for(period);
  }
}

}  // namespace postern::native
