// All ports of the native host.
//
//   TRY(auto shared, NativeShared::open({.database_path = "postern.sqlite"}));   // one per process
//   NativePorts ports{io_context, *shared};                                      // one per loop, made on its thread
//   server.handle(ports.ports(), request);
//
// The shared part outlives every loop's; a loop's part outlives its requests and dies, on the loop's thread, before the
// loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "hosts/native/ports/curl_fetch.hpp"
#include "hosts/native/ports/json_log.hpp"
#include "hosts/native/ports/loop_bus.hpp"
#include "hosts/native/ports/os_random.hpp"
#include "hosts/native/ports/sqlite_store.hpp"
#include "hosts/native/ports/system_clock.hpp"
#include "postern/ports/memory_cache.hpp"
#include "postern/ports/ports.hpp"

namespace postern::native {

struct NativePortsOptions {
  std::string database_path;
  LogLevel log_level = LogLevel::info;
  int log_file = 2;  // standard error
  CurlFetchOptions fetch;
};

class NativeShared {
 public:
  [[nodiscard]] static Result<std::unique_ptr<NativeShared>> open(NativePortsOptions options);
  NativeShared(const NativeShared&) = delete;
  NativeShared& operator=(const NativeShared&) = delete;

  [[nodiscard]] Log& log() { return log_; }

 private:
  friend class NativePorts;
  explicit NativeShared(NativePortsOptions options);

  NativePortsOptions options_;
  JsonLog log_;
  LoopBusHub bus_hub_;
  std::unique_ptr<SqliteDatabase> database_;
};

class NativePorts {
 public:
  NativePorts(boost::asio::io_context& loop, NativeShared& shared);
  NativePorts(const NativePorts&) = delete;
  NativePorts& operator=(const NativePorts&) = delete;

  [[nodiscard]] Ports ports() { return {clock_, random_, *crypto_, *fetch_, *store_, cache_, log_, bus_}; }

 private:
  SystemClock clock_;
  OsRandom random_;
  std::unique_ptr<Crypto> crypto_;
  std::unique_ptr<Fetch> fetch_;
  std::unique_ptr<Store> store_;
  MemoryCache cache_;
  Log& log_;
  LoopBus bus_;
};

}  // namespace postern::native
